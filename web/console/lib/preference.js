// What one person likes, kept in their browser. Storage may be switched off or full; then it lasts until reload.

export function preference(name, fallback) {
  try {
    return localStorage.getItem(`footprint.${name}`) ?? fallback;
  } catch {
    return fallback;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`footprint.${name}`, value);
  } catch {
    // See above.
  }
}
