//! Many texts as one file to keep.

use std::io::{Cursor, Write};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A ZIP archive with `files` (path and text of each) inside of `folder`. Not compressed: it lives for one download.
pub(crate) fn zip<'a>(folder: &str, files: impl Iterator<Item = (&'a str, &'a str)>) -> ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    for (path, text) in files {
        archive.start_file(format!("{folder}/{path}"), options)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn every_text_is_in_the_archive_under_its_path() {
        let files = [("index.md", "# Übersicht\n"), ("plan/1_expand.sql", "SELECT 1;\n"), ("empty.txt", "")];
        let bytes = zip("change", files.into_iter()).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), files.len());
        for (path, text) in files {
            let mut read = String::new();
            archive.by_name(&format!("change/{path}")).unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
    }
}
