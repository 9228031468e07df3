"""From files to pages: what lies in the scan folder, and the grey pixels of every page of it."""
