"""Layers: forward and backward of one operation adjacent in one file."""

from course_lib.layers.batch_norm import BatchNorm
from course_lib.layers.conv import Conv2d
from course_lib.layers.dense import Activation, Dense, Dropout, Flatten
from course_lib.layers.initialize import (
    glorot_normal,
    glorot_uniform,
    he_normal,
    lecun_normal,
    orthogonal,
)
from course_lib.layers.pooling import AvgPool2d, MaxPool2d
from course_lib.layers.recurrent import GRU, LSTM, Elman

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "Dense",
    "Dropout",
    "Elman",
    "Flatten",
    "MaxPool2d",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "lecun_normal",
    "orthogonal",
]
