// SPDX-License-Identifier: GPL-2.0-or-later
// What has changed since the last look.
#include "bridge/condition.h"

#include <algorithm>
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
  const Troubles former = std::exchange(troubles_, look_());
  const auto isNew = [&](const Trouble& now) {
    return std::none_of(former.begin(), former.end(),
                        [&](const Trouble& was) { return std::string_view(was.word) == now.word; });
  };
  Troubles begun;
  std::copy_if(troubles_.begin(), troubles_.end(), std::back_inserter(begun), isNew);
  if (!begun.empty()) tell_(session::Level::Warning, "degraded", textOf(begun));
  if (troubles_.empty() && !former.empty()) tell_(session::Level::Info, "recovered", "was " + textOf(former));
}

}  // namespace bridge
