#include "tree/io/draw.h"
