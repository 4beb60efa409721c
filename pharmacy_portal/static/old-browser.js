// Run only by browsers that know no modules (Internet Explorer 11): the old language, on purpose.
document.addEventListener("DOMContentLoaded", function () {
  document.getElementById("old-browser").removeAttribute("hidden");
});
