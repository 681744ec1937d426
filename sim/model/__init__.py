"""The model: economy, firms, contracts and banks."""
