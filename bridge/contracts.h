// SPDX-License-Identifier: GPL-2.0-or-later
// The service contracts as ?wsdl shows them, with our own address in them.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace bridge {

class Contracts {
 public:
  /// `url`: the endpoint as chargers see it.
  void setAddress(std::string url);
  /// The contract that the query of a URL asks for, by a version in it; 1.6 unless it names another. The text is made
  /// once and shared: strangers may ask for it as often as they like (C2).
  const std::shared_ptr<const std::string>& forQuery(std::string_view query);

 private:
  std::string url_;
  std::array<std::shared_ptr<const std::string>, 3> texts_;  // 1.2, 1.5, 1.6; made when asked for first
};

}  // namespace bridge
