"""The tools around the course: build, release, grade, reproduce, benchmark."""
