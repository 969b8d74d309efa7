// SPDX-License-Identifier: GPL-2.0-or-later
// The fuzz targets in one table. Each is a function of bytes that states its invariant and calls fail() when it is
// broken; libfuzzer/main.cpp drives them with clang's libFuzzer, replay/main.cpp with files and simple mutations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

using Seeds = std::vector<std::string>;

/// Inputs are text where the format is text. What a target must choose (version, action, mode) is read from the first
/// characters, so that files of tests/fuzz/seeds can be written and read by people.
struct Target {
  const char* name;
  const char* invariant;  ///< The sentence that holds for every input, besides "no crash, no leak, no hang".
  void (*run)(std::string_view input);
  Seeds (*seeds)();       ///< Inputs to begin with, made from legal messages.
  Seeds (*words)();       ///< What the format's texts are made of: libFuzzer's dictionary.
  std::size_t maxLength;  ///< Bytes of an input.
  int mutations;          ///< How many the replayer tries in `make check`.
};

const std::vector<Target>& targets();

/// Says what does not hold, with the text it does not hold for, and aborts.
[[noreturn]] void fail(std::string_view what, std::string_view text = {});
inline void require(bool holds, std::string_view what, std::string_view text = {}) {
  if (!holds) fail(what, text);
}

/// Takes an input apart from its front. Reads zeros and nothing when it has ended.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}
  bool ended() const { return rest_.empty(); }
  /// One byte as a number of [0, most]; '0' is 0, so that digits can be written in seeds.
  std::size_t choose(std::size_t most);
  /// Up to the next NUL, which is dropped; to the end if there is none.
  std::string_view part();
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// An input as dice: every byte is a decision; behind the end all of them are 0.
class Bytes {
 public:
  explicit Bytes(std::string_view rest) : rest_(rest) {}
  bool ended() const { return rest_.empty(); }
  std::int64_t roll(std::int64_t most) {
    std::uint64_t value = next();
    for (std::int64_t range = most; range > 255; range >>= 8) value = value << 8 | next();
    return static_cast<std::int64_t>(value % (static_cast<std::uint64_t>(most) + 1));
  }

 private:
  std::uint8_t next() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  std::string_view rest_;
};

/// Inputs of chance for targets that take them so.
Seeds diceSeeds();

// Words that several formats share.
Seeds soapWords();
Seeds jsonWords();
Seeds httpWords();
Seeds addressWords();
Seeds accessWords();
Seeds noWords();

void runSoapRequest(std::string_view input);
void runSoapReply(std::string_view input);
void runRecover(std::string_view input);
void runFrame(std::string_view input);
void runRecordText(std::string_view input);
void runChargersFile(std::string_view input);
void runOptions(std::string_view input);
void runHttpServer(std::string_view input);
void runHttpClient(std::string_view input);
void runInflate(std::string_view input);
void runCallback(std::string_view input);
void runAddress(std::string_view input);
void runAccess(std::string_view input);
void runToCentral(std::string_view input);
void runToCharger(std::string_view input);
void runSession(std::string_view input);
void runStation(std::string_view input);

Seeds soapRequestSeeds();
Seeds soapReplySeeds();
Seeds recoverSeeds();
Seeds frameSeeds();
Seeds recordTextSeeds();
Seeds chargersFileSeeds();
Seeds optionsSeeds();
Seeds httpServerSeeds();
Seeds httpClientSeeds();
Seeds inflateSeeds();
Seeds callbackSeeds();
Seeds addressSeeds();
Seeds accessSeeds();
Seeds toCentralSeeds();
Seeds toChargerSeeds();

}  // namespace fuzz
