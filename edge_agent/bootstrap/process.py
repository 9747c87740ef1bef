"""What holds for the whole process: where log lines go, and how many cores a picture may take."""

import logging
import sys

import cv2
import structlog


def set_up_process(log_level: int = logging.INFO) -> None:
    """Log from `log_level` on to standard error, a line each, readable at a terminal and in the journal.

    OpenCV keeps to the calling thread: cameras have a thread each, and small pictures gain nothing from more.
    """
    cv2.setNumThreads(1)
    is_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.dev.set_exc_info,
            structlog.dev.ConsoleRenderer(
                colors=is_terminal, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(log_level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
