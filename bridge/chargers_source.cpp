// SPDX-License-Identifier: GPL-2.0-or-later
// One bad entry of three hundred is one bad entry.
#include "bridge/chargers_source.h"

#include <map>
#include <set>

#include "bridge/secret_file.h"

namespace bridge {

namespace {

/// The users of Basic auth that more than one charger has, and whose they are.
std::map<std::string, std::set<std::string>> sharedUsers(const ChargersFile& chargers) {
  std::map<std::string, std::set<std::string>> users;
  for (const auto& [identity, config] : chargers)
    if (config.access.hasPassword()) users[config.access.user.empty() ? identity : config.access.user].insert(identity);
  for (auto each = users.begin(); each != users.end();)
    each = each->second.size() > 1 ? std::next(each) : users.erase(each);
  return users;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += (all.empty() ? "" : "\n") + line;
  return all;
}

}  // namespace

/// What the charger's entry cannot know by itself.
void ChargersSource::judge(ParsedChargers& parsed, const std::string& identity) const {
  const ChargerConfig& config = parsed.chargers.at(identity);
  if (config.access.needsCertificate.value_or(false) && options_.tlsClientCa.empty())
    return parsed.refuse(identity, "clientCertificate", "needs the option tls-client-ca");
  try {
    for (const std::string& file : config.secretFiles)
      for (std::string& warning : secretFileWarnings(file)) parsed.warnings.push_back(std::move(warning));
  } catch (const BadConfiguration& bad) { parsed.refuse(identity, "", bad.what()); }
}

ParsedChargers ChargersSource::read() {
  if (options_.chargersFile.empty()) return {};
  ParsedChargers parsed = parseChargersFile(readFile(options_.chargersFile), options_.chargersFile);
  std::vector<std::string> all;
  bool secrets = false;
  for (const auto& [identity, config] : parsed.chargers) {
    all.push_back(identity);
    secrets = secrets || config.holdsSecrets;
  }
  if (secrets) parsed.warnings = secretFileWarnings(options_.chargersFile);
  for (const std::string& identity : all) judge(parsed, identity);
  return parsed;
}

const ChargersFile& ChargersSource::load() {
  ParsedChargers parsed = read();
  for (const auto& [user, identities] : sharedUsers(parsed.chargers))
    parsed.problem(*identities.rbegin(), "soapUser",
                   "'" + user + "' is the user of charger '" + *identities.begin() + "', too");
  if (!parsed.problems.empty()) throw BadConfiguration(joined(parsed.problems));
  chargers_ = std::move(parsed.chargers);
  warnings_ = std::move(parsed.warnings);
  problems_.clear();
  return chargers_;
}

/// What is refused has its former settings again. Those may contradict new ones of others, which then give way, too:
/// what was there before is without contradictions, so this ends.
void ChargersSource::keepFormer(ParsedChargers& parsed) {
  std::set<std::string> former;
  const auto restore = [&](const std::string& identity) {
    if (!former.insert(identity).second) return;
    const auto before = chargers_.find(identity);
    if (before == chargers_.end())
      parsed.chargers.erase(identity);
    else
      parsed.chargers[identity] = before->second;
  };
  for (const std::string& identity : parsed.refused) restore(identity);
  for (auto shared = sharedUsers(parsed.chargers); !shared.empty(); shared = sharedUsers(parsed.chargers)) {
    for (const auto& [user, identities] : shared) {
      for (const std::string& identity : identities) {
        if (former.count(identity) == 0)
          parsed.problem(identity, "soapUser", "'" + user + "' is the user of more than one charger");
        restore(identity);
      }
    }
  }
}

const ChargersFile& ChargersSource::reload(const Check& check) {
  ParsedChargers parsed = read();
  keepFormer(parsed);
  if (check) check(parsed.chargers);
  chargers_ = std::move(parsed.chargers);
  problems_ = std::move(parsed.problems);
  warnings_ = std::move(parsed.warnings);
  return chargers_;
}

}  // namespace bridge
