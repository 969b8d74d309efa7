// SPDX-License-Identifier: GPL-2.0-or-later
// A process that is short of descriptors (C4).
#pragma once

#include <fcntl.h>
#include <sys/resource.h>

namespace test {

/// While it lives, `more` descriptors can be opened beside those that are open.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t more) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlim_t end = 0;  // the system gives the lowest free number, so only the free ones below the limit count
    for (rlim_t found = 0; found < more; ++end) found += ::fcntl(static_cast<int>(end), F_GETFD) < 0;
    const rlimit few{end, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace test
