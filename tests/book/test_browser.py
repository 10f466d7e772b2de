"""The built site in a real headless Chromium, from file://."""

import functools

import numpy as np
import pytest

from course_lib import complexity
from course_lib.layers import Conv2d
from course_lib.layers import sparse_conv as sparse
from course_lib.networks.small_cnns import mnist_network
from course_lib.neurons import hodgkin_huxley as hh
from course_lib.neurons.lif import LIF
from tests.book.site import BROWSER_FLAGS, SITE, names, pages
from tests.support import ROOT, chromium, requires

WIDTHS = (360, 768, 1280)


@pytest.fixture(scope="module")
def browser():
    requires("chromium")
    from playwright.sync_api import sync_playwright

    pages()  # fails with a sentence if the book is not built
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(), args=BROWSER_FLAGS
        )
        yield running
        running.close()


@functools.cache
def axe() -> str:
    return (ROOT / "tests" / "book" / "axe.min.js").read_text(encoding="utf-8")


def load(browser, name, width=1280, theme="light"):
    """A page that is open and typeset, with the list of what went wrong on the way."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        has_touch=width < 500,
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on(
        "console",
        lambda m: troubles.append(m.text) if m.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith(("file:", "data:", "blob:"))
            else troubles.append(f"request to {r.url}")
        ),
    )
    page.goto((SITE / f"{name}.html").as_uri())
    page.wait_for_function(
        "!document.querySelector('.math') || (window.MathJax && MathJax.startup"
        " && MathJax.startup.promise && document.querySelector('mjx-container'))"
    )
    page.evaluate("window.MathJax && MathJax.startup && MathJax.startup.promise")
    return page, troubles


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", names())
def test_page_in_browser(browser, name, width, theme):
    """No error, no request, every equation drawn, no sideways scroll, legible."""
    page, troubles = load(browser, name, width, theme)
    try:
        assert not troubles
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} px of content in {width} px"
        drawn = page.evaluate(
            "[document.querySelectorAll('.math').length,"
            " document.querySelectorAll('.math mjx-container svg').length,"
            " document.querySelectorAll('mjx-merror, [data-mjx-error]').length]"
        )
        assert drawn[1] >= drawn[0] and drawn[2] == 0
        spoken = page.evaluate(
            "[document.querySelectorAll('mjx-container').length,"
            " document.querySelectorAll('mjx-assistive-mml math').length]"
        )
        assert spoken[0] == spoken[1]
        moving = page.evaluate(
            "document.getAnimations().filter(a => !(a instanceof CSSTransition)).length"
        )
        assert moving == 0
        # The start of a wide equation must be in sight, or no one can scroll to it.
        hidden = page.evaluate(
            "[...document.querySelectorAll('div.math')].filter(box =>"
            " box.querySelector('mjx-container').getBoundingClientRect().left"
            " < box.getBoundingClientRect().left - 1).map(box => box.id)"
        )
        assert not hidden, f"the left of {hidden} is cut off"
        shown = page.evaluate(
            "[...document.querySelectorAll('img.course-light, img.course-dark')]"
            ".filter(i => i.checkVisibility()).map(i => i.className)"
        )
        assert set(shown) <= {f"course-{theme}"}, "a figure of the other mode shows"
        # Figures are drawn with 10 pt text on a page of 4.8 in, i.e. 13.3 px there.
        scales = page.evaluate(
            "[...document.querySelectorAll('main img[src*=_images]')]"
            ".filter(i => i.checkVisibility())"
            ".map(i => i.getBoundingClientRect().width / i.naturalWidth)"
        )
        assert all(13.33 * scale >= 9 for scale in scales), scales
        texts = page.evaluate(
            "[...document.querySelectorAll('.explore svg')].map(s =>"
            " parseFloat(getComputedStyle(s.querySelector('text')).fontSize)"
            " * s.getBoundingClientRect().width / s.viewBox.baseVal.width)"
        )
        assert all(size >= 9 for size in texts), texts
    finally:
        page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", names())
def test_page_is_accessible(browser, name, theme):
    """axe-core finds no serious or critical violation."""
    requires("axe")
    page, _ = load(browser, name, 1280, theme)
    try:
        page.evaluate(axe())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        bad = [
            f"{v['id']}: {node['html'][:120]}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
            for node in v["nodes"][:3]
        ]
        assert not bad
    finally:
        page.context.close()


def readouts(page, figure):
    """The numbers an interactive figure shows, at full precision."""
    return page.evaluate(
        "name => Object.fromEntries([...document.querySelectorAll("
        "`#explore-${name} [data-readout]`)].map("
        "r => [r.dataset.readout, Number(r.dataset.value)]))",
        figure,
    )


def set_control(page, figure, control, index):
    """Move a slider as a reader does, and say how many ms the figure took."""
    return page.evaluate(
        """([figure, control, index]) => {
            const slider = document.querySelector(
                `#explore-${figure} input[data-control="${control}"]`);
            const began = performance.now();
            slider.value = index;
            slider.dispatchEvent(new Event("input", {bubbles: true}));
            return performance.now() - began;
        }""",
        [figure, control, index],
    )


def test_current_dial_agrees_with_the_library(browser):
    """At three positions count, peak and first spike are course_lib's, to 1 %."""
    page, _ = load(browser, "part1/hodgkin_huxley")
    grid = np.linspace(0, 20, 41)
    steps = page.evaluate("document.querySelector('#explore-hh-current input').max")
    assert int(steps) + 1 >= 40
    for index in (6, 13, 30):
        set_control(page, "hh-current", "I", index)
        got = readouts(page, "hh-current")
        run = hh.solve(float(grid[index]), 100.0, sample_ms=0.02)
        assert got["count"] == len(run.spikes)
        assert got["peak"] == pytest.approx(run.trace.V.max(), rel=0.01)
        assert got["first"] == pytest.approx(run.spikes[0], rel=0.01)
    page.context.close()


def test_shooting_game_agrees_with_the_library(browser):
    """At three values of K the time of loss is the library's to 1 %, the side exact."""
    page, _ = load(browser, "part1/hodgkin_huxley")
    hot = hh.Membrane(temperature_C=18.5)
    for index in (0, 21, 22):
        set_control(page, "hh-shooting-game", "K", index)
        got = readouts(page, "hh-shooting-game")
        way, t, _ = hh.shoot(float(np.linspace(10.0, 10.8, 41)[index]), hot)
        assert got["way"] == way
        assert got["lost"] == pytest.approx(t[-1], rel=0.01)
    page.context.close()


def test_current_dial_follows_within_a_tenth_of_a_second(browser):
    """A move of the dial redraws curves, dot and numbers within 100 ms."""
    page, _ = load(browser, "part1/hodgkin_huxley")
    times = [set_control(page, "hh-current", "I", k) for k in (5, 25, 40)]
    assert sorted(times)[1] < 100  # the definition of interactive, not a benchmark
    page.context.close()


def test_current_dial_follows_the_keyboard(browser):
    """The arrow keys move the dial, and curve and dot move with it."""
    page, _ = load(browser, "part1/hodgkin_huxley", 360)
    before = page.get_attribute("#explore-hh-current .curve", "points")
    dot = page.get_attribute("#explore-hh-current .dot", "cx")
    page.focus("#explore-hh-current input")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#explore-hh-current .curve", "points") != before
    assert page.get_attribute("#explore-hh-current .dot", "cx") != dot
    assert page.inner_text('#explore-hh-current output[data-control="I"]') == "10.5"
    page.context.close()


def test_interactive_figure_without_javascript(browser):
    """Without JavaScript the figure at its start and the readouts are there."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((SITE / "part1" / "hodgkin_huxley.html").as_uri())
    assert page.locator("#explore-hh-current svg .curve").count() == 2
    assert page.locator("#explore-hh-current .explore-controls").is_hidden()
    assert page.inner_text('#explore-hh-current [data-readout="count"]') == "7"
    assert page.locator(".course-quiz details").count() >= 8
    context.close()


def test_folded_text_without_javascript(browser):
    """Without JavaScript quiz and prediction open; hints and solutions stand open."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((SITE / "part1" / "hodgkin_huxley.html").as_uri())
    for box in (".course-quiz", ".course-predict"):
        details = page.locator(f"{box} details").first
        assert not details.locator("p").last.is_visible()
        details.locator("summary").click()
        assert details.locator("p").last.is_visible()
    for box in (".hint", ".solution"):
        last = page.locator(f"{box} p").last
        assert last.is_visible()
    context.close()


def test_quiz_answers_back(browser):
    """Opening an option says whether it is right, without the network."""
    from playwright.sync_api import expect

    page, _ = load(browser, "part1/hodgkin_huxley")
    quiz = page.locator(".course-quiz").first
    quiz.locator('details[data-correct="false"] summary').first.click()
    expect(quiz.locator(".quiz-said")).to_contain_text("Not this one")
    quiz.locator('details[data-correct="true"] summary').first.click()
    expect(quiz.locator(".quiz-said")).to_have_text("Right.")
    page.context.close()


def test_prediction_is_kept(browser):
    """A prediction is revealed after committing and is still there after a reload."""
    page, _ = load(browser, "part1/hodgkin_huxley")
    box = page.locator(".course-predict").first
    assert box.locator("details").is_hidden()
    box.locator("input").fill("4")
    box.locator("button").click()
    assert "You said 4 µA/cm²; it is 6.26" in box.inner_text()
    page.reload()
    assert "You said 4" in page.locator(".course-predict").first.inner_text()
    page.context.close()


@pytest.mark.parametrize("word", ["rheobase", "реобаза", "провідність"])
def test_search_finds_a_word_offline(browser, word):
    """The search page finds English, Russian and Ukrainian words, without an error."""
    page, troubles = load(browser, "search")
    page.goto((SITE / "search.html").as_uri() + f"?q={word}")
    page.wait_for_selector("#search-results li a", timeout=10000)
    page.wait_for_timeout(300)  # a refused request would be told after the results
    assert page.locator("#search-results li a").count() >= 1
    assert not troubles
    page.context.close()


def test_f_I_dials_agree_with_the_library(browser):
    """Rate and period are the closed form's, to 1 %, at three settings."""
    page, _ = load(browser, "part1/spikes")
    for k, r in ((0, 2), (10, 0), (50, 4)):
        set_control(page, "lif-f-i", "I", k)
        set_control(page, "lif-f-i", "refractory", r)
        cell = LIF(refractory_ms=(0.0, 1.0, 2.0, 4.0, 8.0)[r])
        rate = float(cell.rate_Hz(float(np.linspace(1, 6, 51)[k])))
        got = readouts(page, "lif-f-i")
        assert got["rate"] == pytest.approx(rate, rel=0.01)
        assert got["period"] == pytest.approx(1000 / rate if rate else 0, rel=0.01)
    page.context.close()


def test_delay_ring_delivers_the_definition(browser):
    """In every step arrives Σ w z(t − d), and the slot read is marked."""
    page, _ = load(browser, "part1/spikes")
    fires, branches = np.zeros(20), ((1, 2.0), (3, 1.0), (4, -1.5))
    fires[[2, 3, 8]] = 1
    for k in range(14):
        set_control(page, "delay-ring", "step", k)
        asked = sum(w * fires[k - d] for d, w in branches if k >= d)
        assert readouts(page, "delay-ring")["jump"] == pytest.approx(asked)
        marked = page.locator("#explore-delay-ring circle.part-2")
        assert marked.count() == 1
        assert marked.get_attribute("data-key") == f"slot{k % 5}"
    page.context.close()


def test_damping_dial_agrees_with_the_equations(browser):
    """Four starts, five dampings: the error after the step, its gain and its length."""
    page, _ = load(browser, "part3/levenberg_marquardt")
    dials = np.linspace(-2.0, 4.0, 25)
    for k, start in enumerate(([-1.2, 1.0], [-0.6, 0.9], [0.0, 0.6], [0.5, 1.6])):
        set_control(page, "lm-dial", "start", k)
        x, y = start
        J = np.array([[-20 * x, 10.0], [-1.0, 0.0]])
        r = np.array([10 * (y - x**2), 1 - x])
        for index in (0, 6, 10, 17, 24):
            set_control(page, "lm-dial", "lam", index)
            told, lam = readouts(page, "lm-dial"), 10 ** dials[index]
            p = -np.linalg.solve(J.T @ J + lam * np.eye(2), J.T @ r)
            a, b = start + p
            after = 50 * (b - a**2) ** 2 + (1 - a) ** 2 / 2
            promised = (r @ r - np.sum((r + J @ p) ** 2)) / 2
            assert told["after"] == pytest.approx(after, rel=1e-6)
            assert told["gain"] == pytest.approx(
                (r @ r / 2 - after) / promised, rel=1e-5
            )
            assert told["length"] == pytest.approx(np.linalg.norm(p), rel=1e-6)
    page.context.close()


def test_decision_regions_are_the_networks(browser):
    """Four votes shade the square, three the plus: 4/25 and 16/25 of the picture."""
    page, _ = load(browser, "part1/perceptrons")
    for votes, share in ((4, 16.0), (3, 64.0), (0, 100.0)):
        set_control(page, "decision-region-studio", "k", votes)
        got = readouts(page, "decision-region-studio")
        assert got["share"] == pytest.approx(share, abs=3)
        ink = page.evaluate(
            "[...document.querySelectorAll('#explore-decision-region-studio rect')]"
            ".filter(r => Number(r.getAttribute('fill-opacity')) > 0.3).length"
        )
        assert ink == round(got["share"] / 100 * 1600)
        assert got["parts"] == 1 and (got["midpoints"] == 100) == (votes != 3)
    set_control(page, "decision-region-studio", "drawing", 5)  # seed 265
    rng = np.random.default_rng(265)
    W = rng.normal(size=(5, 2))
    b = rng.uniform(-1.2, 1.2, 5)
    side = np.linspace(-2.5, 2.5, 40)
    X, Y = np.meshgrid(side, side[::-1])
    for votes in (2, 3, 5):
        set_control(page, "decision-region-studio", "k", votes)
        W_1 = W / np.linalg.norm(W, axis=1, keepdims=True)
        inside = sum(w[0] * X + w[1] * Y + c >= 0 for w, c in zip(W_1, b, strict=True))
        share = 100 * np.mean(inside >= votes)
        got = readouts(page, "decision-region-studio")
        assert got["share"] == pytest.approx(share)
        assert got["parts"] == {2: 1, 3: 5, 5: 0}[votes]
    page.context.close()


def test_recall_film_ends_at_the_letter(browser):
    """Twelve flipped pixels: the overlap grows to 1; 48 flipped: the negative, -1."""
    page, _ = load(browser, "part2/associative_networks")
    overlaps = []
    for quarter in range(5):
        set_control(page, "hopfield-recall", "sweep", quarter)
        overlaps.append(readouts(page, "hopfield-recall")["overlap"])
    assert overlaps[0] == pytest.approx(0.5) and overlaps[-1] == pytest.approx(1)
    set_control(page, "hopfield-recall", "flips", 9)
    assert readouts(page, "hopfield-recall")["overlap"] == pytest.approx(-1)
    page.context.close()


def test_map_film_unfolds(browser):
    """The topographic error starts above 0.9 and ends at 0; the lattice moves."""
    page, _ = load(browser, "part2/associative_networks")
    before = page.get_attribute("#explore-som-film .curve", "points")
    assert readouts(page, "som-film")["te"] > 0.9
    last = int(page.evaluate("document.querySelector('#explore-som-film input').max"))
    set_control(page, "som-film", "step", last)
    assert readouts(page, "som-film")["te"] < 0.02
    assert page.get_attribute("#explore-som-film .curve", "points") != before
    page.context.close()


def test_learning_rate_path_is_gradient_descent(browser):
    """The distance left after 30 steps is |1 - rate h| to the 30th, per direction."""
    page, _ = load(browser, "part2/learning_as_optimization")
    set_control(page, "learning-rate", "ratio", 2)  # curvatures 1 and 10
    for k in (4, 9, 18):
        set_control(page, "learning-rate", "rate", k)
        rate = float(np.round(np.linspace(0.1, 2.2, 22), 2)[k])
        left = np.abs([1 - rate / 10, 1 - rate]) ** 30 * [2.5, 1.5]
        got = readouts(page, "learning-rate")["left"]
        assert got == pytest.approx(np.log10(np.hypot(*left)), rel=0.01)
    page.context.close()


def test_step_through_is_backpropagation(browser):
    """Steps 2, 8 and 11 at three targets: numbers of `Sequential`, dashes before."""
    from course_lib.activations import tanh
    from course_lib.layers import Activation, Dense
    from course_lib.networks.sequential import Sequential

    net = Sequential([Dense(2, 2), Activation(tanh), Dense(2, 1), Activation(tanh)])
    theta = np.array([0.4, 0.2, -0.5, 0.4, 0.0, -0.1, 1.3, -0.6, 0.1])
    x = np.array([[1.0, 0.5]])
    page, _ = load(browser, "part2/backpropagation", 360)
    for index, step in ((0, 2), (5, 8), (8, 11)):
        target = float(np.linspace(-1, 1, 9)[index])
        set_control(page, "bp-steps", "target", index)
        assert set_control(page, "bp-steps", "step", step) < 100
        y, cache = net.forward(theta, x)
        g = net.backward(theta, cache, y - target)[1]
        got = readouts(page, "bp-steps")
        if step == 2:
            assert page.inner_text('#explore-bp-steps [data-readout="E"]') == "–"
            continue
        if step == 11:
            y = net.predict(theta - 0.5 * g, x)
        assert got["y"] == pytest.approx(y[0, 0], rel=0.01)
        assert got["E"] == pytest.approx(0.5 * (y[0, 0] - target) ** 2, rel=0.01)
        expected = [g[8], g[4], g[5]]
        assert [got[k] for k in ("delta", "d1", "d2")] == pytest.approx(expected, 0.01)
        weight = page.text_content('#explore-bp-steps [data-key="w_11"]')
        moved = theta[0] - 0.5 * g[0] if step == 11 else theta[0]
        assert float(weight.replace("−", "-")) == pytest.approx(moved, abs=1e-3)
    page.context.close()


def test_arms_are_pulled_apart(browser):
    """The film of the spiral's arms: a line does not do at first, and does at last."""
    page, _ = load(browser, "part2/representation")
    last = int(page.get_attribute("#explore-rep-arms input", "max"))
    assert last + 1 >= 40
    at = []
    for index in (0, last // 2, last):
        assert set_control(page, "rep-arms", "position", index) < 100
        at.append(readouts(page, "rep-arms"))
    assert at[0]["step"] == 0 and at[2]["step"] == 2000
    assert at[0]["accuracy"] < 0.8 and at[2]["accuracy"] > 0.97
    assert at[0]["E"] > at[1]["E"] > at[2]["E"]
    page.context.close()


def test_sliding_window_gives_the_three_gradients(browser):
    """Sums, slopes of the pixels and of the kernel are `Conv2d`'s, step by step."""
    page, _ = load(browser, "part2/convolution")
    layer, x = Conv2d(1, 1, 2), np.arange(9.0).reshape(1, 1, 3, 3)
    params = {"weight": np.array([[[[1.0, 0.0], [2.0, -1.0]]]]), "bias": np.zeros(1)}
    s, cache = layer.forward(params, x)
    for number, delta in enumerate(([1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 1.0, 0.0])):
        delta = np.reshape(delta, (1, 1, 2, 2))
        grad_x, grads = layer.backward(params, cache, delta)
        set_control(page, "conv-slide", "map", 3 * number)
        for first, known in ((1, s), (6, grad_x), (15, grads["weight"])):
            for k, value in enumerate(known.ravel()):
                set_control(page, "conv-slide", "step", first + k)
                assert readouts(page, "conv-slide")["result"] == pytest.approx(value)
    page.context.close()


def test_recurrent_unit_is_the_librarys(browser):
    """State and slope of the tanh unit are those of a plain loop, to 1 %."""
    page, _ = load(browser, "part2/recurrent_networks")
    for k, kick, start in ((8, 2, 0.5), (15, 2, 0.5), (15, 0, 0.0), (15, 1, 0.1)):
        set_control(page, "rec-memory", "w", k)
        set_control(page, "rec-memory", "kick", kick)
        h, slope = np.tanh(start), 1 - np.tanh(start) ** 2
        for _ in range(29):
            h = np.tanh(k / 10 * h)
            slope *= (1 - h * h) * k / 10
        got = readouts(page, "rec-memory")
        assert got["end"] == pytest.approx(h, rel=0.01)
        assert got["first"] == pytest.approx(np.log10(slope), rel=0.01)
    page.context.close()


def test_convolution_matrix_lights_rows_and_columns(browser):
    """Windows, weights and lit cells are the library's for rows and for columns."""
    page, _ = load(browser, "part2/sparse_perceptron")
    name, lit = "convolution-matrix", "#explore-convolution-matrix rect.second"
    for way, index, stride, padding in ((0, 4, 1, 0), (0, 0, 1, 1), (1, 12, 2, 0)):
        set_control(page, name, "way", way)
        set_control(page, name, "index", index)
        set_control(page, name, "stride", stride - 1)
        set_control(page, name, "padding", padding)
        rho = sparse.pixel_index((5, 5), 3, stride, padding)
        mask = sparse.receptive_mask(rho, (5, 5))
        weights = int(mask[:, index].sum() if way else mask[index].sum())
        got = readouts(page, name)
        assert (got["U"], got["nnz"], got["lit"]) == (len(rho), mask.sum(), weights)
        # In the matrix the row or column; in the maps its window and the output.
        assert page.locator(lit).count() == 2 * weights + 1
    page.context.close()


def test_landscape_dials_agree_with_the_library(browser):
    """Four methods: distance after 40 steps and the rate's limit are course_lib's."""
    from course_lib.landscapes import BOWL
    from course_lib.optim import GradientDescent, Momentum
    from course_lib.optim.as_printed import NesterovAsPrinted
    from course_lib.optim.gradient_descent import critical_rate

    page, _ = load(browser, "part3/gradient_descent", 360)
    assert set_control(page, "gd-landscape", "mu", 2) < 100  # 0.9
    rate, limits = 1.2, (2.0, 3.8, critical_rate(0.9, kind="nesterov"), 1 / 9)
    set_control(page, "gd-landscape", "rate", 9)
    rules = (
        GradientDescent(rate / 25),
        Momentum(rate / 25),
        Momentum(rate / 25, nesterov=True),
        NesterovAsPrinted(rate / 25),
    )
    paths = set()
    for index, (rule, limit) in enumerate(zip(rules, limits, strict=True)):
        set_control(page, "gd-landscape", "method", index)
        theta = np.array(BOWL.start)
        state = rule.init(theta)
        for _ in range(40):
            theta, state = rule.update(theta, BOWL.gradient(theta), state)
        got = readouts(page, "gd-landscape")
        assert got["end"] == pytest.approx(np.log10(np.linalg.norm(theta)), rel=0.01)
        assert got["limit"] == pytest.approx(limit, rel=0.01)
        assert (got["slowest"] < 1) == (rate < limit)
        paths.add(page.get_attribute("#explore-gd-landscape .curve-1", "points"))
    assert len(paths) == 4
    page.context.close()


def test_second_direction_is_free_at_the_conjugate_angle(browser):
    """E, slope and product are those of two exact steps; all three vanish together."""
    page, _ = load(browser, "part3/conjugate_gradients")
    H, theta = np.diag([1.0, 4.0]), np.array([2.4, 0.6])

    def lowest(theta, p):
        return theta - (H @ theta) @ p / (p @ H @ p) * p

    p = -H @ theta
    corner = lowest(theta, p)
    slider = "#explore-cg-second-direction input"
    last = int(page.get_attribute(slider, "max"))
    least = 1.0
    for index in (0, 43, *range(50, 70), last):
        assert set_control(page, "cg-second-direction", "angle", index) < 100
        shown = page.inner_text("#explore-cg-second-direction output")
        v = np.radians(float(shown)) + np.arctan2(p[1], p[0])
        q = np.array([np.cos(v), np.sin(v)])
        end, got = lowest(corner, q), readouts(page, "cg-second-direction")
        E = end @ H @ end / 2
        assert got["E"] == pytest.approx(E, rel=0.01, abs=1e-6)
        assert got["slope"] == pytest.approx(H @ end @ p / np.sqrt(p @ p), abs=1e-6)
        if E < least:
            least, product = E, got["conjugacy"]
    assert least < 1e-5 and abs(product) < 0.01
    page.context.close()


def test_rprop_film_is_rprop(browser):
    """Lengths and E after 5, 8 and 30 steps are the library's, turns are marked."""
    from course_lib.landscapes import BOWL
    from course_lib.optim.rprop import IRpropPlus, Rprop
    from course_lib.training import minimize

    page, _ = load(browser, "part3/step_per_weight", 360)
    turns = set()
    for variant, rule in ((0, Rprop(first=0.5)), (2, IRpropPlus(first=0.5))):
        set_control(page, "step-rprop", "variant", variant)
        set_control(page, "step-rprop", "first", 2)
        for k in (5, 8, 30):
            assert set_control(page, "step-rprop", "step", k) < 100
            run = minimize(BOWL, np.array(BOWL.start), rule, iterations=k)
            got = readouts(page, "step-rprop")
            assert got["E"] == pytest.approx(run.value, rel=0.01)
            assert [got["d1"], got["d2"]] == pytest.approx(run.state.delta, rel=0.01)
            turns.add(got["turned"])
    assert len(turns) > 1
    page.context.close()


def test_newton_parabola_lands_where_the_formula_says(browser):
    """The landing point at five settings; from 1.5 on no shifted step climbs."""
    page, _ = load(browser, "part3/newton_and_bfgs")
    starts = np.round(np.linspace(-1.6, 1.6, 41), 2)
    shifts = (0.0, 0.5, 1.0, 1.5, 2.0, 4.0)
    for k, tau in ((0, 0), (24, 0), (28, 1), (33, 3), (40, 5)):
        set_control(page, "newton-parabola", "tau", tau)
        assert set_control(page, "newton-parabola", "start", k) < 100
        x, got = starts[k], readouts(page, "newton-parabola")
        bent = 3 * x**2 - 1 + shifts[tau]
        assert got["curvature"] == pytest.approx(bent, rel=0.01)
        assert got["end"] == pytest.approx(x - (x**3 - x) / bent, rel=0.01)
    for tau, climbs in ((0, True), (2, True), (3, False)):
        set_control(page, "newton-parabola", "tau", tau)
        change = []
        for k in (*range(18), *range(23, 41)):
            set_control(page, "newton-parabola", "start", k)
            change.append(readouts(page, "newton-parabola")["change"])
        assert (max(change) > 1e-9) == climbs
    page.context.close()


def test_boundary_cost_is_the_count(browser):
    """Parameters, cost in epochs of Adam and memory are the library's counts."""
    page, _ = load(browser, "part4/hybrid_method")
    for O, P_b in ((0, 0), (3, 335), (5, 560)):
        set_control(page, "hybrid-boundary", "O", O)
        ours, adam = (complexity.epoch(mnist_network(), 60_000, k) for k in (O, 0))
        got = readouts(page, "hybrid-boundary")
        assert got["P_b"] == P_b
        assert got["times"] == pytest.approx(ours.ticks() / adam.ticks(), rel=1e-3)
        assert got["normal"] == pytest.approx(8e-6 * P_b**2, rel=1e-3)
        assert got["rule"] == 5  # by the paper's rule its network needs no hybrid
    set_control(page, "hybrid-boundary", "width", 5)  # 3000 units
    assert readouts(page, "hybrid-boundary")["rule"] == 3
    page.context.close()


def test_dirichlet_dials_are_learning_rates(browser):
    """Rates are 0.1/ψ′(α) and the factor along ones is the library's, to 1 %."""
    from course_lib import dirichlet

    page, _ = load(browser, "part5/dirichlet_methods", 360)
    alphas = (0.5, 1.0, 1.4, 3.5, 5.0, 7.4, 12.0)
    for picked in ((0, 2, 6), (5, 5, 5), (1, 1, 0)):
        for i, k in enumerate(picked):
            assert set_control(page, "dir-dials", f"a{i + 1}", k) < 100
        alpha = np.array([alphas[k] for k in picked])
        got = readouts(page, "dir-dials")
        rates = 0.1 / dirichlet.trigamma(alpha)
        assert [got[f"r{i}"] for i in (1, 2, 3)] == pytest.approx(rates, rel=0.01)
        factor = dirichlet.diagonal_error(alpha)
        assert got["stretch"] == pytest.approx(factor, rel=0.01)
    page.context.close()


def test_step_of_equal_divergence(browser):
    """Distance and divergence of a step are those of the normal laws, to 1 %."""
    page, _ = load(browser, "part5/natural_gradient", 360)
    for k, angle in ((0, 0), (4, 90), (8, 210)):
        set_control(page, "ng-step", "width", k)
        assert set_control(page, "ng-step", "angle", angle // 30) < 100
        width, a = float(np.linspace(0.4, 2.0, 9)[k]), np.radians(angle)
        moved = width * np.sqrt(0.1 / (np.cos(a) ** 2 + 2 * np.sin(a) ** 2))
        m, s = moved * np.cos(a), width + moved * np.sin(a)
        kl = np.log(s / width) + (width**2 + m**2) / (2 * s**2) - 0.5
        got = readouts(page, "ng-step")
        assert [got["moved"], got["kl"]] == pytest.approx([moved, kl], rel=0.01)
    page.context.close()


def test_turned_axes_agree_with_the_library(browser):
    """First step and end of four rules are course_lib's; at 45° it goes across."""
    from course_lib.landscapes import bowl
    from course_lib.optim import AdaDelta, AdaGrad, Adam, RMSProp

    page, _ = load(browser, "part3/adaptive_methods", 360)
    rates = (0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2)
    rules = (AdaGrad, RMSProp, Adam, lambda rate: AdaDelta(eps=0.1 * rate**2))
    for method, turn, k in ((0, 0, 6), (1, 2, 2), (2, 3, 3), (3, 6, 4)):
        set_control(page, "ada-axes", "method", method)
        set_control(page, "ada-axes", "angle", turn)
        assert set_control(page, "ada-axes", "rate", k) < 100
        land = bowl(25.0, -np.radians(15 * turn))  # the valley turned, not the axes
        c, s = np.cos(np.radians(15 * turn)), np.sin(np.radians(15 * turn))
        theta = np.array([[c, s], [-s, c]]) @ np.array([-2.0, 1.0])
        rule = rules[method](rates[k])
        state, way = rule.init(theta), [theta]
        for _ in range(40):
            theta, state = rule.update(theta, land.gradient(theta), state)
            way.append(theta)
        got = readouts(page, "ada-axes")
        first = np.linalg.norm(way[1] - way[0])
        assert got["first"] == pytest.approx(first, rel=0.01)
        end = np.log10(np.linalg.norm(theta))
        assert got["end"] == pytest.approx(end, rel=0.01, abs=1e-3)
        if (method, turn) == (2, 3):
            assert got["off"] == pytest.approx(90)
    page.context.close()


def test_designer_shows_the_exact_expected_loss(browser):
    """Final loss, way and edge at four settings, by products of 2 × 2 matrices."""
    from course_lib.schedules import one_cycle_linear

    page, _ = load(browser, "part6/tuning", 360)
    tops = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4)
    shares, lowest = (0.5, 0.7, 0.9, 1.0), (0.8, 0.85, 0.9, 0.95)
    for i, j, k in ((0, 0, 0), (4, 2, 1), (8, 3, 3), (10, 1, 2)):
        set_control(page, "tune-designer", "share", j)
        set_control(page, "tune-designer", "lowest", k)
        assert set_control(page, "tune-designer", "top", i) < 100
        plan = one_cycle_linear(
            tops[i] / 10, tops[i], shares[j], momentum=(0.95, lowest[k])
        )
        pairs = [tuple(plan(step / 100).values()) for step in range(100)]
        loss = 0.0
        for h in np.geomspace(0.01, 1, 9):
            M = np.diag([1.0, 0.0])
            for rate, mu in pairs:
                A = np.array([[1 - rate * h, -rate * mu], [h, mu]])
                b = np.array([[-rate], [1.0]])
                M = A @ M @ A.T + 1e-3 * b @ b.T
            loss += h * M[0, 0] / 2
        got = readouts(page, "tune-designer")
        assert got["end"] == pytest.approx(np.log10(loss), rel=0.01, abs=0.01)
        way = sum(rate / (1 - mu) for rate, mu in pairs)
        assert got["way"] == pytest.approx(way, rel=0.01)
        edge = max(rate / (2 * (1 + mu)) for rate, mu in pairs)
        assert got["edge"] == pytest.approx(edge, rel=0.01)
    page.context.close()
