// SPDX-License-Identifier: GPL-2.0-or-later
// Back-ends by name and as JSON.
#include "bridge/backend.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "bridge/options.h"
#include "bridge/random_id.h"
#include "bridge/url.h"

namespace bridge {

namespace {
constexpr const char* embedded = "embedded";  // it has another port in each process and is the same nevertheless

std::string secretIn(const std::string& file) {
  std::string content = readFile(file);
  content.erase(content.find_last_not_of("\r\n") + 1);
  return content;
}
}  // namespace

std::string Backend::name() const { return backendName(url.empty() ? embedded : url, identity); }

std::string Backend::place() const {
  const std::string all = name();
  return all.substr(0, all.rfind('/'));
}

bool Backend::dialledAs(const Backend& other) const {
  return url == other.url && identity == other.identity && password == other.password;
}

std::string writeBackend(const Backend& backend) {
  nlohmann::ordered_json out{{"url", backend.url}, {"identity", backend.identity}};
  if (!backend.passwordFile.empty())
    out["passwordFile"] = backend.passwordFile;
  else if (!backend.passwordEnv.empty())
    out["passwordEnv"] = backend.passwordEnv;
  else if (!backend.password.empty())
    out["password"] = backend.password;
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Backend> readBackend(const std::string& text, std::string& problem) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto word = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  Backend backend{word("url"), word("identity"), word("password"), word("passwordFile"), word("passwordEnv")};
  if (backend.identity.empty()) return std::nullopt;
  if (!backend.passwordFile.empty()) {
    try {
      backend.password = secretIn(backend.passwordFile);
    } catch (const BadConfiguration& bad) { problem = bad.what(); }
  } else if (!backend.passwordEnv.empty()) {
    const char* content = std::getenv(backend.passwordEnv.c_str());
    if (content == nullptr) problem = "there is no environment variable '" + backend.passwordEnv + "'";
    if (content != nullptr) backend.password = content;
  }
  return backend;
}

Backend backendNamed(const std::string& name) {
  Backend backend;
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) return backend;
  backend.identity = percentDecoded(name.substr(slash + 1));
  backend.url = name.substr(0, slash);
  if (backend.url == embedded) backend.url.clear();
  return backend;
}

}  // namespace bridge
