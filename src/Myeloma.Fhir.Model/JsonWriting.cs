using System.Text.Encodings.Web;
using System.Text.Json;

namespace Myeloma.Fhir.Model;

/// <summary>How every JSON of this server is written: UTF-8, no needless escapes, compact.</summary>
public static class JsonWriting
{
    /// <summary>Compact; characters outside ASCII stand as themselves, since the bytes go to JSON readers and never into HTML unescaped.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>As <see cref="Options"/>, two spaces an indent.</summary>
    public static readonly JsonWriterOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };
}
