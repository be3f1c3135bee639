// Follows.
"use strict";
