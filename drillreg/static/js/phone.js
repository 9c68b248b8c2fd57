/* On the phone: connection line, position, small pictures of photos. All of it may fail in silence. */
(function () {
  "use strict";

  function showNet(bar) {
    bar.textContent = navigator.onLine ? bar.dataset.on : bar.dataset.off;
    bar.classList.toggle("off", !navigator.onLine);
    bar.hidden = false;
  }

  document.querySelectorAll("[data-net]").forEach(function (bar) {
    showNet(bar);
    window.addEventListener("online", function () { showNet(bar); });
    window.addEventListener("offline", function () { showNet(bar); });
  });

  /* The position goes into hidden fields; browsers give it over HTTPS only. */
  function fillPosition(box) {
    var prefix = box.dataset.gps;
    var line = box.querySelector("[data-gps-text]");
    var put = function (part, value) {
      var input = box.querySelector('[name="' + prefix + part + '"]');
      if (input) input.value = value;
    };
    var say = function (text) {
      line.textContent = text;
      line.hidden = false;
    };
    if (!navigator.geolocation || !window.isSecureContext) return;
    navigator.geolocation.getCurrentPosition(function (found) {
      put("lon", found.coords.longitude.toFixed(6));
      put("lat", found.coords.latitude.toFixed(6));
      put("accuracy", String(Math.round(found.coords.accuracy)));
      say(box.dataset.tFound.replace("{m}", String(Math.round(found.coords.accuracy))));
    }, function () {
      say(box.dataset.tNone);
    }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 });
  }

  document.querySelectorAll("[data-gps]").forEach(fillPosition);

  document.addEventListener("change", function (event) {
    var input = event.target;
    if (!input.matches || !input.matches("input[type=file][data-preview]")) return;
    var place = document.getElementById(input.dataset.preview);
    if (!place) return;
    place.textContent = "";
    Array.prototype.slice.call(input.files, 0, 6).forEach(function (file) {
      if (file.type.indexOf("image/") !== 0) return;
      var picture = document.createElement("img");
      picture.alt = file.name;
      picture.src = URL.createObjectURL(file);
      picture.onload = function () { URL.revokeObjectURL(picture.src); };
      place.appendChild(picture);
    });
  });
})();
