// SPDX-License-Identifier: GPL-2.0-or-later
// prctl and rlimit.
#include "bridge/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace bridge {

void makeUndumpable() {
#ifndef __SANITIZE_ADDRESS__
  prctl(PR_SET_DUMPABLE, 0);
#endif
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

}  // namespace bridge
