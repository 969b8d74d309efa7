// SPDX-License-Identifier: GPL-2.0-or-later
// A charger as the peer of a conformance run.
#pragma once

#include <ostream>
#include <string>

#include "bridge/loop.h"
#include "tests/tools/common/peer.h"
#include "tests/tools/cs/central.h"
#include "tests/tools/cs/options.h"

namespace cs {

class ChargerPeer final : public tool::Peer {
 public:
  /// Everything given outlives it.
  ChargerPeer(bridge::Loop& loop, const Options& options, Central& central, std::ostream& out);

  std::string name() const override { return "charger " + options_.charger; }
  ocpp::Version version() const override { return central_.book().charger(options_.charger).version; }
  void watch(tool::Observer observer) override;
  /// When the charger is heard, or at once if its address is given.
  void meet(Met met) override;
  std::string lacks(ocpp::Profile profile) const override;
  void send(const tool::Step& step, const std::string& payload, Replied replied) override;
  void setRules(const std::string& rules, const std::string& place) override;
  std::vector<Value> values() const override;
  bool settled() const override;

 private:
  void heard();
  void probe();

  bridge::Loop& loop_;
  const Options& options_;
  Central& central_;
  std::ostream& out_;
  Rules base_;
  bridge::Timer timer_;
  Met met_;
  bool heard_ = false;
  std::string supported_;  ///< SupportedFeatureProfiles; "" = not told.
};

}  // namespace cs
