// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the fuzz targets without libFuzzer: on seeds, kept files and a fixed number of simple mutations.
//
// fuzz-replay DIR              all targets on DIR/seeds/TARGET, DIR/found/TARGET and mutations; `N passed, N failed`
// fuzz-replay --input TARGET FILE...   only these files
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <stdexcept>

#include "tests/fuzz/targets.h"

namespace {

namespace fs = std::filesystem;
using fuzz::Seeds;
using fuzz::Target;

std::string readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + ": cannot be opened");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void writeFile(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  if (!(out << text).flush()) throw std::runtime_error(path.string() + ": cannot be written");
}

/// The files of a directory in the order of their names; none if there is no directory.
Seeds filesIn(const fs::path& directory) {
  std::vector<fs::path> paths;
  if (fs::is_directory(directory))
    for (const auto& entry : fs::directory_iterator(directory)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  Seeds texts;
  for (const fs::path& path : paths) texts.push_back(readFile(path));
  return texts;
}

/// Changes of the kinds that libFuzzer makes, from a fixed seed: the same on every machine.
class Mutator {
 public:
  explicit Mutator(const Target& target, const Seeds& seeds) : target_(target), seeds_(seeds), words_(target.words()) {}

  std::string next() {
    std::string text = pick(seeds_);
    for (std::size_t i = 1 + below(4); i > 0; --i) change(text);
    text.resize(std::min(text.size(), target_.maxLength));
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : engine_() % end; }
  const std::string& pick(const Seeds& from) { return from[below(from.size())]; }

  void change(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    switch (below(8)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1U << below(8)));
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 2: text.erase(at, below(40)); break;
      case 3: text.insert(at, text.substr(below(text.size() + 1), below(60))); break;
      case 4:
        if (!words_.empty()) text.insert(at, pick(words_));
        break;
      case 5:
        if (!words_.empty()) {
          const std::string& word = pick(words_);
          text.replace(at, std::min(word.size(), text.size() - at), word);
        }
        break;
      case 6: text = text.substr(0, at) + tailOf(pick(seeds_)); break;
      default: text.insert(at, below(20), static_cast<char>(below(256))); break;
    }
  }
  std::string tailOf(const std::string& other) { return other.substr(below(other.size() + 1)); }

  const Target& target_;
  const Seeds& seeds_;
  Seeds words_;
  std::mt19937 engine_{4711};
};

/// The input that is being run, where parent and child see it: to be shown when the child has died of it.
class Current {
 public:
  Current()
      : page_(static_cast<char*>(
            ::mmap(nullptr, room + sizeof(std::size_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    if (page_ == MAP_FAILED) throw std::runtime_error("no memory to share");
  }
  void set(const std::string& input) {
    const std::size_t size = std::min(input.size(), room);
    std::memcpy(page_, &size, sizeof size);
    std::memcpy(page_ + sizeof size, input.data(), size);
  }
  std::string get() const {
    std::size_t size = 0;
    std::memcpy(&size, page_, sizeof size);
    return {page_ + sizeof size, size};
  }

 private:
  static constexpr std::size_t room = 64 * 1024;
  char* page_;
};

/// In a child process, since a broken invariant aborts.
bool holds(const Target& target, const fs::path& directory, Current& current, std::size_t& inputs) {
  Seeds seeds = target.seeds();
  for (const char* kind : {"seeds", "found"})
    for (std::string& text : filesIn(directory / kind / target.name)) seeds.push_back(std::move(text));
  inputs = seeds.size() + static_cast<std::size_t>(target.mutations);
  std::cout.flush();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    ::alarm(300);  // a hang is a failure
    const auto run = [&](const std::string& input) {
      current.set(input);
      target.run(input);
    };
    for (const std::string& seed : seeds) run(seed);
    Mutator mutator(target, seeds);
    for (int i = 0; i < target.mutations; ++i) run(mutator.next());
    std::exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int runAll(const fs::path& directory) {
  int failed = 0;
  Current current;
  for (const Target& target : fuzz::targets()) {
    const auto start = std::chrono::steady_clock::now();
    std::size_t inputs = 0;
    const bool good = holds(target, directory, current, inputs);
    const auto took = std::chrono::steady_clock::now() - start;
    std::cout << (good ? "ok   " : "FAIL ") << target.name << ": " << target.invariant << " (" << inputs << " inputs, "
              << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms)\n";
    if (!good) {
      const fs::path last = fs::temp_directory_path() / (std::string("fuzz-") + target.name);
      writeFile(last, current.get());
      std::cout << "     the input is in " << last.string() << "\n";
    }
    failed += good ? 0 : 1;
  }
  std::cout << fuzz::targets().size() - static_cast<std::size_t>(failed) << " passed, " << failed << " failed"
            << std::endl;
  return failed == 0 ? 0 : 1;
}

const Target& find(const std::string& name) {
  for (const Target& each : fuzz::targets())
    if (name == each.name) return each;
  throw std::runtime_error("no target " + name);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() >= 3 && words[0] == "--input") {
      const Target& target = find(words[1]);
      for (std::size_t i = 2; i < words.size(); ++i) target.run(readFile(words[i]));
      return 0;
    }
    if (words.size() == 1) return runAll(words[0]);
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
  std::cerr << "usage: fuzz-replay DIR | --input TARGET FILE...\n";
  return 2;
}
