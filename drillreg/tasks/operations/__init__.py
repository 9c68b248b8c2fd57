"""What happens to tasks, split by act; `trail` is what every act leaves behind."""
