"""Millions of articles to partitioned Parquet: resumable, on one core or on a Dask cluster.

=====  ==================================  =================================================================
step   call                                gives
=====  ==================================  =================================================================
1      ``scan(path)``                      size, SHA-256 and where records can be cut, one file in a stream
2      ``plan_parts(scans)``               parts of bounded size: slices of one file or of several
3      ``work_part(part)``                 three Parquet files, each written beside and renamed, by a process of its own
4      ``Manifest``                        what was given, which parts are done, their files' hashes; the last word
5      ``read_corpus(folder)``             claims and toponyms as GeoDataFrames, failures as a DataFrame
=====  ==================================  =================================================================

A part's files have the part's number for a name, and what stands in them depends on the input alone. So a run that was
killed anywhere and started again, with however many workers, ends with the same files.
"""

from geomap.corpus.engines import Certificates, Engine
from geomap.corpus.own_process import Limits
from geomap.corpus.reading import Work
from geomap.corpus.results import Corpus, read_corpus
from geomap.corpus.running import verify_corpus, write_corpus

__all__ = ["Certificates", "Corpus", "Engine", "Limits", "Work", "read_corpus", "verify_corpus", "write_corpus"]
