/* The course's only script: interactive figures, quizzes, predictions.
   No dependency, no request; everything works from file://. */
(function () {
  "use strict";

  function number(value, digits) {
    if (value === 0) return "0";
    if (value === null || !isFinite(value)) return "–";
    var places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
    return value.toFixed(places);
  }

  function store(key, value) {
    try {
      if (value === undefined) return window.localStorage.getItem(key);
      window.localStorage.setItem(key, value);
    } catch (error) { /* private windows: nothing is kept */ }
    return null;
  }

  function interactive(figure) {
    var data = JSON.parse(figure.querySelector("script").textContent);
    var sliders = data.controls.map(function (control) {
      return figure.querySelector('input[data-control="' + control.name + '"]');
    });
    var drawings = figure.querySelectorAll("svg");

    function place(panel, x, y) {
      var box = panel.box;
      var low = Math.min(panel.ys[0], panel.ys[1]), high = Math.max(panel.ys[0], panel.ys[1]);
      y = Math.min(Math.max(y, low), high);
      return [
        box[2] + (x - panel.xs[0]) / (panel.xs[1] - panel.xs[0]) * (box[0] - box[2] - box[3]),
        box[1] - box[5] - (y - panel.ys[0]) / (panel.ys[1] - panel.ys[0]) * (box[1] - box[4] - box[5])
      ];
    }

    function redraw() {
      var index = 0;
      data.controls.forEach(function (control, k) {
        var at = Number(sliders[k].value);
        index = index * control.values.length + at;
        var text = String(Number(control.values[at].toPrecision(6)));
        figure.querySelector('output[data-control="' + control.name + '"]').textContent = text;
        sliders[k].setAttribute("aria-valuetext", text);
      });
      var row = data.table[index];
      data.panels.forEach(function (panel, p) {
        var lines = drawings[p].querySelectorAll(".curve");
        panel.curves.forEach(function (curve) {
          var xs = curve.x ? row[curve.x] : panel.x, ys = row[curve.y], points = [];
          for (var i = 0; i < ys.length; i++) {
            if (ys[i] === null) continue;
            var at = place(panel, xs[i], ys[i]);
            points.push(at[0].toFixed(1) + "," + at[1].toFixed(1));
          }
          lines[curve.curve].setAttribute("points", points.join(" "));
        });
        if (panel.cells) {
          var squares = drawings[p].querySelectorAll(".cells rect"), ink = row[panel.cells];
          for (var c = 0; c < ink.length; c++) {
            var second = ink[c] > "9";  // a to i: a negative value
            var level = second ? ink.charCodeAt(c) - 96 : Number(ink[c]);
            squares[c].setAttribute("fill-opacity", (level / 9).toFixed(2));
            squares[c].classList.toggle("second", second);
          }
        }
        var dots = drawings[p].querySelectorAll(".dot");
        panel.dots.forEach(function (dot, k) {
          var at = place(panel, row[dot.x], row[dot.y]);
          dots[k].setAttribute("cx", at[0].toFixed(1));
          dots[k].setAttribute("cy", at[1].toFixed(1));
        });
      });
      figure.querySelectorAll("[data-key]").forEach(function (part) {
        var value = row[part.dataset.key];
        if (part.tagName === "text") part.textContent = value;
        else part.setAttribute("class", "part part-" + value);
      });
      figure.querySelectorAll("[data-readout]").forEach(function (readout) {
        var value = row[readout.dataset.readout];
        readout.textContent = number(value, data.digits[readout.dataset.readout]);
        readout.dataset.value = String(value);
      });
    }

    sliders.forEach(function (slider) { slider.addEventListener("input", redraw); });
    figure.querySelector(".explore-controls").hidden = false;
  }

  function quiz(box) {
    var options = box.querySelectorAll("details");
    var said = document.createElement("p");
    said.className = "quiz-said";
    said.setAttribute("role", "status");
    box.appendChild(said);
    options.forEach(function (option) {
      option.addEventListener("toggle", function () {
        if (!option.open) return;
        var right = option.dataset.correct === "true";
        option.classList.add(right ? "right" : "wrong");
        said.textContent = right ? "Right." : "Not this one. Read why, and try again.";
      });
    });
  }

  function predict(box) {
    var key = "predict-" + box.dataset.name;
    var answer = box.querySelector("details");
    var form = document.createElement("form");
    var field = document.createElement("input");
    var button = document.createElement("button");
    var said = document.createElement("p");
    field.type = "text";
    field.setAttribute("aria-label", "Your prediction");
    field.placeholder = box.dataset.unit ? "number, in " + box.dataset.unit : "your prediction";
    button.type = "submit";
    button.textContent = "Commit";
    said.setAttribute("role", "status");
    form.appendChild(field);
    form.appendChild(button);
    form.appendChild(said);
    box.insertBefore(form, answer);
    answer.hidden = true;

    function commit(value) {
      field.value = value;
      field.disabled = button.disabled = true;
      answer.hidden = false;
      answer.open = true;
      said.textContent = "You said " + value +
        (box.dataset.unit ? " " + box.dataset.unit : "") +
        (box.dataset.answer ? "; it is " + box.dataset.answer +
          (box.dataset.unit ? " " + box.dataset.unit : "") + "." : ".");
    }
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (!field.value.trim()) { said.textContent = "Commit to something first."; return; }
      store(key, field.value.trim());
      commit(field.value.trim());
    });
    var before = store(key);
    if (before) commit(before);
  }

  /* The search page fetches each hit for a summary; a browser refuses that from a folder. */
  if (window.location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS === "object") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  /* Wide equations, tables and code scroll in their own box: let a keyboard reach them. */
  function reachable(box) { box.setAttribute("tabindex", "0"); }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-explore]").forEach(interactive);
    document.querySelectorAll(".course-quiz").forEach(quiz);
    document.querySelectorAll(".course-predict").forEach(predict);
    document.querySelectorAll("div.highlight pre, div.math, .pst-scrollable-table-container")
      .forEach(reachable);
  });
})();
