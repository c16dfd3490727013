// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/exchange/pairs.h"
#include "loci/math/half.h"

#ifdef LOCI_WITH_HDF5

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <hdf5.h>
#include <set>
#include <unistd.h>
#include <vector>

namespace loci {
namespace {

/// An open object of the HDF5 library.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() { (void)shut(); }
  hid_t get() const { return id_; }
  bool ok() const { return id_ >= 0; }
  bool shut() { return id_ < 0 || close_(std::exchange(id_, -1)) >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// NumPy's float16, which HDF5 1.10 has no name for: IEEE 754 binary16.
Handle half_type() {
  Handle type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(type.get(), 15, 10, 5, 0, 10);
  H5Tset_size(type.get(), 2);
  H5Tset_ebias(type.get(), 15);
  return type;
}

class Hdf5Features final : public HlocFeatures {
 public:
  Hdf5Features(std::string path, std::string temporary, Handle file, Handle links, bool half)
      : path_(std::move(path)),
        temporary_(std::move(temporary)),
        file_(std::move(file)),
        links_(std::move(links)),
        half_(half),
        type_(half ? half_type() : Handle(H5Tcopy(H5T_IEEE_F32LE), H5Tclose)) {}
  ~Hdf5Features() override {
    (void)file_.shut();
    if (!committed_) std::remove(temporary_.c_str());
  }

  Status add(const std::string& name,
             int width,
             int height,
             std::span<const float> descriptor) override {
    if (name.empty() || name.front() == '/' || name.find('\0') != std::string::npos) {
      return invalid_argument("'" + printable(name) + "' is no relative name of an image");
    }
    if (!names_.insert(name).second) {
      return invalid_argument("two photographs are named '" + printable(name) + "'");
    }
    const hsize_t dim = descriptor.size(), two = 2;
    const int64_t size[2] = {width, height};
    const std::string features = name + "/global_descriptor";
    if (half_) {
      // Not by HDF5 1.10: where rounding carries into the exponent it halves the number.
      std::vector<uint16_t> bits(descriptor.size());
      floats_to_halfs(descriptor.data(), bits.data(), bits.size());
      LOCI_RETURN_IF_ERROR(write(features, dim, type_.get(), type_.get(), bits.data()));
    } else {
      LOCI_RETURN_IF_ERROR(write(features, dim, type_.get(), H5T_NATIVE_FLOAT, descriptor.data()));
    }
    return write(name + "/image_size", two, H5T_STD_I64LE, H5T_NATIVE_INT64, size);
  }

  Status commit() override {
    if (!file_.shut()) return refused("cannot be finished");
    const int fd = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (!synced) return io_error(printable(path_) + ": cannot be synced", error);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
      return io_error(printable(path_) + ": cannot be written", errno);
    }
    committed_ = true;
    return {};
  }

 private:
  Status refused(const std::string& what) const {
    return io_error(printable(path_) + ": " + what + "; is the disk full?");
  }

  Status write(
      const std::string& name, hsize_t size, hid_t file_type, hid_t type, const void* values) {
    Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
    Handle set(H5Dcreate2(file_.get(),
                          name.c_str(),
                          file_type,
                          space.get(),
                          links_.get(),
                          H5P_DEFAULT,
                          H5P_DEFAULT),
               H5Dclose);
    if (!set.ok()) return refused("'" + printable(name) + "' cannot be made");
    if (H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0 || !set.shut()) {
      return refused("'" + printable(name) + "' cannot be written");
    }
    return {};
  }

  std::string path_, temporary_;
  Handle file_, links_;
  bool half_;
  Handle type_;
  std::set<std::string> names_;
  bool committed_ = false;
};

/// The attribute "generator" of the root, by which a later run knows that the file may be replaced.
bool mark_as_ours(hid_t file) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  if (H5Tset_size(type.get(), 4) < 0) return false;
  Handle mark(H5Acreate2(file, "generator", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
              H5Aclose);
  return mark.ok() && H5Awrite(mark.get(), type.get(), "loci") >= 0;
}

}  // namespace

Result<std::unique_ptr<HlocFeatures>> HlocFeatures::create(const std::string& path, bool half) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // it would print
  LOCI_TRY(target, write_target(path));
  if (!target.regular)
    return invalid_argument(printable(path) + ": is no regular file, as HDF5 needs it");
  const std::string temporary = target.path + format(".tmp-%d", static_cast<int>(::getpid()));
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  Handle file(H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
  if (!file.ok()) return io_error(printable(path) + ": cannot be made in that folder");
  if (!mark_as_ours(file.get()))
    return io_error(printable(path) + ": cannot be written; is the disk full?");
  Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links.get(), 1);
  H5Pset_char_encoding(links.get(), H5T_CSET_UTF8);
  return std::unique_ptr<HlocFeatures>(
      new Hdf5Features(target.path, temporary, std::move(file), std::move(links), half));
}

}  // namespace loci

#else

namespace loci {

Result<std::unique_ptr<HlocFeatures>> HlocFeatures::create(const std::string& path, bool) {
  return unsupported(printable(path) +
                     ": this build has no HDF5; install libhdf5-dev and build loci again");
}

}  // namespace loci

#endif
