// SPDX-License-Identifier: GPL-2.0-or-later
// C9: the memory of the process, which holds passwords, is neither dumped nor read by others.
#include "bridge/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/test.h"

TEST(undumpable, "C9: a hardened process makes no core dumps, and cannot be traced but in sanitizer builds") {
  const pid_t child = ::fork();
  CPPUNIT_ASSERT(child >= 0);
  if (child == 0) {
    bridge::makeUndumpable();
    rlimit cores{1, 1};
    bool well = getrlimit(RLIMIT_CORE, &cores) == 0 && cores.rlim_cur == 0 && cores.rlim_max == 0;
#ifndef __SANITIZE_ADDRESS__
    well = well && prctl(PR_GET_DUMPABLE) == 0;
#endif
    ::_exit(well ? 0 : 1);
  }
  int status = 0;
  CPPUNIT_ASSERT_EQUAL(child, ::waitpid(child, &status, 0));
  CPPUNIT_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
