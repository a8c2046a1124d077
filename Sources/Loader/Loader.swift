// Loader
