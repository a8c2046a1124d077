// The console's entry: decides between sign-in and the signed-in pages, and starts over when the language changes.

import { hasChosenLanguage, t } from "./i18n/index.js";
import * as api from "./lib/api.js";
import { loadCharts } from "./lib/chart.js";
import { el } from "./lib/dom.js";
import { forgetNames } from "./lib/names.js";
import { failure } from "./lib/panel.js";
import { onViewChange, view } from "./lib/view.js";
import { adminPage } from "./pages/admin.js";
import { dashboardPage } from "./pages/dashboard.js";
import { durationsPage } from "./pages/durations.js";
import { findPage } from "./pages/find.js";
import { flowsPage } from "./pages/flows.js";
import { frame } from "./pages/frame.js";
import { funnelPage } from "./pages/funnel.js";
import { livePage } from "./pages/live.js";
import { pagesPage } from "./pages/pages.js";
import { pathsPage } from "./pages/paths.js";
import { privacyPage } from "./pages/privacy.js";
import { qualityPage } from "./pages/quality.js";
import { refusedPage } from "./pages/refused.js";
import { retentionPage } from "./pages/retention.js";
import { signInPage } from "./pages/sign-in.js";
import { sqlPage } from "./pages/sql.js";
import { wherePage } from "./pages/where.js";

const app = document.getElementById("app");
let signedIn = false;
/** "admin" | "viewer", while signed in. */
let role = null;
let page = null;

function render() {
  page?.stop();
  page = null;
  document.title = `${view().find || t(`nav.${view().page || "overview"}`)} · Footprint`;
  if (!signedIn) {
    app.replaceChildren(signInPage({ onSignedIn, onLanguage: render }));
    return;
  }
  page = choosePage();
  app.replaceChildren(frame(page.element, { role, onSignOut, onLanguage }));
  page.start();
}

function choosePage() {
  if (view().find) return findPage(view().find);
  return (pageOf[view().page] ?? dashboardPage)(role);
}

const pageOf = {
  admin: adminPage,
  durations: durationsPage,
  flows: flowsPage,
  funnel: funnelPage,
  live: livePage,
  pages: pagesPage,
  paths: pathsPage,
  privacy: privacyPage,
  quality: qualityPage,
  refused: refusedPage,
  retention: retentionPage,
  sql: sqlPage,
  where: wherePage,
};

function onLanguage() {
  // Names come with the answers, in the answer's language.
  forgetNames();
  render();
}

function onSignedIn(session) {
  signedIn = true;
  role = session.role;
  render();
}

async function onSignOut() {
  await api.signOut();
  signedIn = false;
  render();
}

api.onSignedOut(() => {
  if (!signedIn) return;
  signedIn = false;
  render();
});

onViewChange((now, before) => {
  if (!signedIn) return;
  if (now.find !== before.find || now.page !== before.page) {
    render();
    scrollTo(0, 0);
  } else {
    page?.viewChanged?.(now, before);
  }
});

addEventListener("languagechange", () => {
  if (!hasChosenLanguage()) location.reload();
});

async function start() {
  loadCharts();
  try {
    const session = await api.session();
    signedIn = session.signed_in;
    role = session.role;
    render();
  } catch (error) {
    if (error.kind === undefined) throw error;
    app.replaceChildren(el("main", { class: "start-failure" }, failure(error, start)));
  }
}

start();
