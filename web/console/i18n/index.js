import { preference, remember } from "../lib/preference.js";
import { english as englishAnalysis } from "./analysis.en.js";
import { chinese as chineseAnalysis } from "./analysis.zh.js";
import { english } from "./en.js";
import { english as englishWatching } from "./watching.en.js";
import { chinese as chineseWatching } from "./watching.zh.js";
import { chinese } from "./zh.js";

const words = {
  zh: { ...chinese, ...chineseAnalysis, ...chineseWatching },
  en: { ...english, ...englishAnalysis, ...englishWatching },
};

export const language = () => (document.documentElement.lang.startsWith("zh") ? "zh" : "en");
export const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");

export function setLanguage(code) {
  remember("language", code);
  document.documentElement.lang = code === "zh" ? "zh-CN" : "en";
}

export const hasChosenLanguage = () => preference("language", null) !== null;

/** The words for a key, with {marks} filled in. */
export function t(key, values = {}) {
  const text = words[language()][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (mark, name) => values[name] ?? mark);
}
