// SPDX-License-Identifier: GPL-2.0-or-later
// The entry points of libFuzzer: `ocpp-fuzz --target=NAME [libFuzzer's own options] CORPUS...`, and
// `ocpp-fuzz --write=DIR`, which writes DIR/TARGET/seed-* and DIR/TARGET.dict and prints names and longest inputs.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/fuzz/targets.h"

namespace {

namespace fs = std::filesystem;

const fuzz::Target* chosen = nullptr;

/// One quoted word each line, special bytes as \xAB.
std::string dictionary(const fuzz::Seeds& words) {
  std::string out;
  for (const std::string& word : words) {
    out += '"';
    for (const char c : word) {
      char escaped[8];
      const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
      std::snprintf(escaped, sizeof escaped, plain ? "%c" : "\\x%02X", plain ? c : static_cast<unsigned char>(c));
      out += escaped;
    }
    out += "\"\n";
  }
  return out;
}

void write(const fs::path& directory) {
  for (const fuzz::Target& target : fuzz::targets()) {
    fs::create_directories(directory / target.name);
    int number = 0;
    for (const std::string& seed : target.seeds())
      std::ofstream(directory / target.name / ("seed-" + std::to_string(number++)), std::ios::binary) << seed;
    std::ofstream(directory / (std::string(target.name) + ".dict"), std::ios::binary) << dictionary(target.words());
    std::cout << target.name << " " << target.maxLength << "\n";
  }
}

}  // namespace

// libFuzzer leaves options that begin with two hyphens to us.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  static constexpr std::string_view option = "--target=", writing = "--write=";
  for (int i = 1; i < *argc; ++i) {
    const std::string_view word = (*argv)[i];
    if (word.substr(0, writing.size()) == writing) {
      write(word.substr(writing.size()));
      std::exit(0);
    }
    if (word.substr(0, option.size()) != option) continue;
    for (const fuzz::Target& each : fuzz::targets())
      if (word.substr(option.size()) == each.name) chosen = &each;
  }
  if (chosen != nullptr) return 0;
  std::cerr << "which --target=? one of:\n";
  for (const fuzz::Target& each : fuzz::targets()) std::cerr << "  " << each.name << ": " << each.invariant << "\n";
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
