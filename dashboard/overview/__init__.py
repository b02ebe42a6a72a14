"""What a morning's page says: figures of periods, today, what stands."""
