// SPDX-License-Identifier: GPL-2.0-or-later
// What has changed since the last look.
#include "bridge/condition.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace bridge {

std::string textOf(const Troubles& troubles) {
  std::string text;
  for (const Trouble& each : troubles) text += (text.empty() ? "" : "; ") + std::string(each.word) + ": " + each.text;
  return text;
}

Condition::Condition(Deadlines& deadlines, Look look, Tell tell)
    : deadlines_(deadlines), look_(std::move(look)), tell_(std::move(tell)) {
  deadlines_.arm(*this, every);
}

void Condition::onDeadline() {
  deadlines_.arm(*this, every);
  troubles_ = look_();
  Troubles now;
  std::copy_if(troubles_.begin(), troubles_.end(), std::back_inserter(now),
               [](const Trouble& each) { return !each.told; });
  const Troubles former = std::exchange(untold_, now);
  const auto isNew = [&](const Trouble& each) {
    return std::none_of(former.begin(), former.end(),
                        [&](const Trouble& was) { return std::string_view(was.word) == each.word; });
  };
  Troubles begun;
  std::copy_if(now.begin(), now.end(), std::back_inserter(begun), isNew);
  if (!begun.empty()) tell_(session::Level::Warning, "degraded", textOf(begun));
  if (now.empty() && !former.empty()) tell_(session::Level::Info, "recovered", "was " + textOf(former));
}

}  // namespace bridge
