"""What every room needs: values, errors, settings, files, processes, the host."""
