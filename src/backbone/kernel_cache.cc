// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel_cache.h"

#include "loci/base/cpu.h"
#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/base/version.h"

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace loci::internal {
namespace {

constexpr std::string_view kHeader = "loci kernels 1";
constexpr std::string_view kSum = "sha256 ";
constexpr uint64_t kLargestFile = uint64_t{4} << 20;
constexpr size_t kMostPicks = 10000;

/// What a choice depends on besides its case.
std::string machine_key() {
  static const std::string key = [] {
    const dnnl_version_t* library = dnnl_version();
    return printable(cpu_name()) + format(" %s%s, oneDNN %d.%d.%d, loci %s: ",
                                          simd_name(simd_level()),
                                          cpu_facts().avx512_bf16 ? "+bf16" : "",
                                          library->major,
                                          library->minor,
                                          library->patch,
                                          version());
  }();
  return key;
}

std::string digest(std::string_view text) {
  return sha256_hex({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

std::string file_of(const std::string& where) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string given = variable("LOCI_KERNEL_CACHE");
  const std::string wanted = where == "auto" && !given.empty() ? given : where;
  if (wanted == "off") return "";
  if (wanted != "auto") return wanted;
  if (const std::string folder = variable("XDG_CACHE_HOME"); folder.starts_with("/")) {
    return folder + "/loci/kernels";
  }
  const std::string home = variable("HOME");
  return home.starts_with("/") ? home + "/.cache/loci/kernels" : "";
}

std::map<std::string, ConvPick> read_picks(const std::string& path) {
  if (path.empty()) return {};
  const auto text = read_text_file(path, kLargestFile);
  if (!text.ok()) return {};
  return parse_kernel_cache(*text).value_or(std::map<std::string, ConvPick>{});
}

}  // namespace

std::string kernel_cache_text(const std::map<std::string, ConvPick>& picks) {
  std::string text = std::string(kHeader) + "\n";
  for (const auto& [key, pick] : picks) {
    text += format("%s %d %d %s\n",
                   kernel_choice_name(pick.kernel),
                   pick.blocking.block,
                   pick.blocking.shared ? 1 : 0,
                   key.c_str());
  }
  return text + std::string(kSum) + digest(text) + "\n";
}

std::optional<std::map<std::string, ConvPick>> parse_kernel_cache(const std::string& text) {
  const size_t end = text.rfind(kSum);
  if (end == std::string::npos || !text.starts_with(kHeader)) return std::nullopt;
  const std::string_view body(text.data(), end);
  if (text.substr(end) != std::string(kSum) + digest(body) + "\n") return std::nullopt;
  std::map<std::string, ConvPick> picks;
  const std::vector<std::string> lines = split(body, '\n');
  for (size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string> words = split(lines[i], ' ');
    if (words.size() < 4) return std::nullopt;
    const auto kernel = parse_kernel_choice(words[0]);
    const auto block = parse_int(words[1]), shared = parse_int(words[2]);
    if (!kernel.ok() || !block || *block < 0 || *block > 1 << 20 || !shared) return std::nullopt;
    const size_t key = words[0].size() + words[1].size() + words[2].size() + 3;
    picks[lines[i].substr(key)] = {*kernel, {static_cast<int>(*block), *shared != 0}};
  }
  return picks;
}

std::optional<ConvPick> KernelCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (!loaded_) {
    loaded_ = true;
    picks_.merge(read_picks(path_));
  }
  const auto found = picks_.find(machine_key() + key);
  if (found == picks_.end()) return std::nullopt;
  return found->second;
}

void KernelCache::add(const std::string& key, const ConvPick& pick) {
  const std::lock_guard lock(mutex_);
  picks_[machine_key() + key] = pick;
  changed_ = true;
}

void KernelCache::save() {
  const std::lock_guard lock(mutex_);
  if (!changed_ || path_.empty()) return;
  changed_ = false;
  std::map<std::string, ConvPick> all = picks_;
  all.merge(read_picks(path_));
  if (all.size() > kMostPicks) all = picks_;
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  if (!folder.empty() && !make_folders(folder).ok()) return;
  (void)write_file(path_, kernel_cache_text(all));
}

std::shared_ptr<KernelCache> kernel_cache(const std::string& where) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<KernelCache>> caches;
  const std::lock_guard lock(mutex);
  const std::string path = file_of(where);
  std::shared_ptr<KernelCache>& cache = caches[path];
  if (cache == nullptr) cache = std::make_shared<KernelCache>(path);
  return cache;
}

}  // namespace loci::internal
