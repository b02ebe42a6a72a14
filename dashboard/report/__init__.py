"""The report of a study: a page, a workbook and paper."""
