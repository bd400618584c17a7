//! Salvage, retention, forgetting.
