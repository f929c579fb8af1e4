"""The composition root: settings, addresses, processes and health. It knows both apps; no app imports it."""
