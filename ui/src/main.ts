import { mount } from "svelte";
import App from "./App.svelte";
import { useToken } from "./api/client.ts";
import "./styles/page.css";

const given = /(?:^#|&)token=([^&]+)/.exec(location.hash);
if (given?.[1]) {
  useToken(decodeURIComponent(given[1]));
  history.replaceState(null, "", location.pathname + location.search);
}

const target = document.getElementById("app");
if (target) {
  target.replaceChildren();
  mount(App, { target });
}
