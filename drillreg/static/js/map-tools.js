/* Measuring on the map: a way or an area is clicked together; it stays in the address of the page
   (#sketch=…) and nowhere else, so it can be sent on and printed. */
(function () {
  "use strict";

  var RADIUS = 6371008.8, INK = "#b3261e";

  function radians(degrees) { return degrees * Math.PI / 180; }

  /* Metres along the points, on a sphere. */
  function lengthOf(points) {
    var sum = 0;
    for (var i = 1; i < points.length; i++) {
      var a = points[i - 1], b = points[i];
      var y = Math.sin(radians(b.lat - a.lat) / 2), x = Math.sin(radians(b.lng - a.lng) / 2);
      sum += 2 * RADIUS * Math.asin(Math.sqrt(y * y + x * x * Math.cos(radians(a.lat)) * Math.cos(radians(b.lat))));
    }
    return sum;
  }

  /* Square metres inside the points, on a sphere. */
  function areaOf(points) {
    var sum = 0;
    points.forEach(function (a, i) {
      var b = points[(i + 1) % points.length];
      sum += radians(b.lng - a.lng) * (2 + Math.sin(radians(a.lat)) + Math.sin(radians(b.lat)));
    });
    return Math.abs(sum * RADIUS * RADIUS / 2);
  }

  function inWords(points, isArea) {
    if (isArea) {
      var area = areaOf(points);
      return area < 100000 ? Math.round(area) + " m²" : (area / 1000000).toFixed(2) + " km²";
    }
    var metres = lengthOf(points);
    return metres < 1000 ? Math.round(metres) + " m" : (metres / 1000).toFixed(2) + " km";
  }

  function read(hash) {
    var found = /(?:^#|&)sketch=([^&]+)/.exec(hash);
    if (!found) return [];
    return found[1].split("|").map(function (text) {
      var isArea = text.charAt(0) === "a";
      var points = text.slice(1).split(";").map(function (pair) {
        var at = pair.split(",").map(Number);
        return L.latLng(at[1] || 0, at[0] || 0);
      });
      return { isArea: isArea, points: points.slice(0, 500) };
    }).slice(0, 50);
  }

  function write(sketches) {
    var text = sketches.filter(function (each) { return each.points.length > 1; }).map(function (each) {
      return (each.isArea ? "a" : "w") + each.points.map(function (at) {
        return at.lng.toFixed(5) + "," + at.lat.toFixed(5);
      }).join(";");
    }).join("|");
    var rest = location.hash.slice(1).split("&").filter(function (part) { return part && part.indexOf("sketch=") !== 0; });
    if (text) rest.push("sketch=" + text);
    history.replaceState(null, "", location.pathname + location.search + (rest.length ? "#" + rest.join("&") : ""));
  }

  window.drMapTools = function (map, words, changed) {
    var sketches = read(location.hash), current = null;
    var drawn = L.layerGroup().addTo(map);
    var buttons = {};

    function show() {
      drawn.clearLayers();
      sketches.forEach(function (each) {
        var shape = each.isArea && each.points.length > 2 ? L.polygon : L.polyline;
        drawn.addLayer(shape(each.points, { color: INK, weight: 3, fillOpacity: 0.08, interactive: false }));
        each.points.forEach(function (at) {
          drawn.addLayer(L.circleMarker(at, { radius: 4, color: INK, weight: 2, fillColor: "#fff", fillOpacity: 1, interactive: false }));
        });
        if (each.points.length < (each.isArea ? 3 : 2)) return;
        var text = document.createElement("span");
        text.textContent = words.tAbout + " " + inWords(each.points, each.isArea);
        drawn.addLayer(L.tooltip({ permanent: true, direction: "top", className: "mp-figure", interactive: false })
          .setLatLng(each.points[each.points.length - 1]).setContent(text));
      });
      Object.keys(buttons).forEach(function (name) {
        buttons[name].setAttribute("aria-pressed", String(Boolean(current) && current.isArea === (name === "area")));
      });
    }

    function keep() {
      write(sketches);
      show();
      changed();
    }

    function begin(isArea) {
      var stop = current && current.isArea === isArea;
      sketches = sketches.filter(function (each) { return each.points.length > 1; });
      current = stop ? null : { isArea: isArea, points: [] };
      if (current) sketches.push(current);
      map.closePopup();
      map.getContainer().classList.toggle("drawing", Boolean(current));
      show();
    }

    map.on("click", function (event) {
      if (!current) return;
      current.points.push(event.latlng.wrap());
      keep();
    });

    var Bar = L.Control.extend({
      options: { position: "topleft" },
      onAdd: function () {
        var bar = document.createElement("div");
        bar.className = "leaflet-bar mp-tools";
        function button(text, act) {
          var made = document.createElement("button");
          made.type = "button";
          made.textContent = text;
          made.addEventListener("click", act);
          bar.appendChild(made);
          return made;
        }
        buttons.way = button(words.tLength, function () { begin(false); });
        buttons.area = button(words.tArea, function () { begin(true); });
        button(words.tBack, function () {
          var last = current || sketches[sketches.length - 1];
          if (last) last.points.pop();
          keep();
        });
        button(words.tClear, function () {
          sketches = [];
          current = null;
          map.getContainer().classList.remove("drawing");
          keep();
        });
        L.DomEvent.disableClickPropagation(bar);
        return bar;
      }
    });
    new Bar().addTo(map);
    show();
  };
})();
