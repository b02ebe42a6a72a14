"""The dashboard's pages, a file each: a page says its key and builds itself from an address and a source."""
