/* A table of inputs by keyboard: arrows and Enter move, a block copied from a sheet is pasted
   cell by cell. Without this file Tab and typing do the same work. */
(function () {
  "use strict";

  function rowsOf(grid) {
    return Array.prototype.map.call(grid.tBodies[0].rows, function (row) {
      return row.querySelectorAll("input");
    });
  }

  function placeOf(rows, input) {
    for (var y = 0; y < rows.length; y += 1) {
      var x = Array.prototype.indexOf.call(rows[y], input);
      if (x >= 0) return { x: x, y: y };
    }
    return null;
  }

  function go(grid, input, down) {
    var rows = rowsOf(grid);
    var place = placeOf(rows, input);
    var next = place && rows[place.y + down] && rows[place.y + down][place.x];
    if (!next) return false;
    next.focus();
    next.select();
    return true;
  }

  document.querySelectorAll("[data-grid]").forEach(function (grid) {
    grid.addEventListener("keydown", function (event) {
      if (event.target.tagName !== "INPUT" || event.isComposing) return;
      var down = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
      /* Alt+arrow opens the list of names. */
      if (!down || event.altKey || event.ctrlKey) return;
      if (go(grid, event.target, down) || event.key === "Enter") event.preventDefault();
    });

    grid.addEventListener("paste", function (event) {
      var text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
      if (event.target.tagName !== "INPUT" || !/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      var rows = rowsOf(grid);
      var start = placeOf(rows, event.target);
      text.replace(/\r/g, "").replace(/\n$/, "").split("\n").forEach(function (line, y) {
        line.split("\t").forEach(function (cell, x) {
          var input = rows[start.y + y] && rows[start.y + y][start.x + x];
          if (input) input.value = cell.trim();
        });
      });
    });
  });
})();
