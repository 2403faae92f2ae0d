/* What the pages do by themselves, where a browser runs scripts. Everything works without: this only saves a wait.
   Each file of this folder is one function that runs once the page is there; none of them keeps anything anywhere. */

"use strict";
