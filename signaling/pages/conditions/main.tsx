/** Starts the researcher's page of a conditions server. */
import { render } from "preact";
import "../page.css";
import "./conditions.css";
import { ConditionsApp } from "./conditions-app.tsx";
import { ConditionsPage } from "./conditions-page.ts";

const page = new ConditionsPage();
page.state.subscribe(() => {
  const { view } = page.state.value;
  if (view !== null) document.title = `${view.file}: conditions`;
});
render(<ConditionsApp page={page} />, document.getElementById("page") as HTMLElement);
