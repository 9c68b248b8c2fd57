/* The form of a site: only what belongs to the chosen shape is shown; without this script all is. */
(function () {
  "use strict";

  document.querySelectorAll("[data-shape-form]").forEach(function (part) {
    function chosen() {
      var found = part.querySelector("input[name=shape_kind]:checked");
      return found ? found.value : "point";
    }
    function show() {
      var kind = chosen();
      part.querySelectorAll("[data-for-shape]").forEach(function (box) {
        var wanted = box.dataset.forShape.split(" ").indexOf(kind) >= 0;
        box.hidden = !wanted;
        if (box.dataset.forShape === "point") {
          box.querySelectorAll("input").forEach(function (input) { input.required = wanted; });
        }
      });
    }
    part.addEventListener("change", function (event) {
      if (event.target.name === "shape_kind") show();
    });
    show();
  });
})();
