/* Shows the button that prints a page: without a script there is nothing that it could do. */
const place = document.querySelector(".to-print");
place.firstElementChild.onclick = () => window.print();
place.hidden = false;
