"""``course new-assignment``: begin an assignment from the template."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name."""
    parser.add_argument("name", metavar="NAME", help="for example ps02_neuron")


def run(args: argparse.Namespace) -> int:
    """Write the files and say what to do next."""
    from course_tools.assignments import notebooks, template

    for path in template.create(args.name):
        print(f"written  {path.relative_to(notebooks.root()).as_posix()}")
    print(
        f"""
Next: open solutions/{args.name}/{args.name}.ipynb and replace the question by yours
      (docs/writing-a-question.md says how), then
      course release {args.name}
      course verify --assignment {args.name}"""
    )
    return 0
