// SPDX-License-Identifier: GPL-2.0-or-later
// One charge point that runs sessions by itself, or thousands of them; numbers while they run and at the end.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <ostream>
#include <vector>

#include "tests/tools/cp/session.h"

namespace cp {

class Fleet {
 public:
  using Done = std::function<void(int status)>;

  /// Switches the charge points on over --spread. `done` is called once, when all sessions are over. Throws
  /// bridge::BadConfiguration.
  Fleet(Wire& wire, std::ostream& out, Done done);

  /// The numbers of the whole run, for people. Returns the exit status: 0 if nothing failed.
  int summary();

 private:
  struct Member {
    std::unique_ptr<Point> point;
    std::unique_ptr<Sessions> sessions;
  };
  void begin(std::size_t index);
  void report();
  void onSession(const std::string& name, const std::string& problem);

  Wire& wire_;
  std::ostream& out_;
  Done done_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  std::uint64_t good_ = 0, bad_ = 0, lastSent_ = 0;
  std::size_t begun_ = 0;
  std::vector<Member> members_;
  bridge::Timer starter_, reporter_;
};

}  // namespace cp
