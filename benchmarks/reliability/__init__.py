"""What happens to results when runs are killed, disks fill, databases die and several runs start at once."""
