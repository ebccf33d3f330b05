using System.Text.Json;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Concepts;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;
using Myeloma.Fhir.Terminology.Importing;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>Takes a terminology's release into the database: concepts into tables, then, in one step for everybody who asks, the CodeSystem that names them.</summary>
/// <remarks>An import that breaks off changes nothing, and begins anew when it is asked for again. src/decisions/concept-tables.md</remarks>
public sealed class ReleaseImport(ConceptContents contents, CurrentDefinitions definitions, TransactionInteraction transaction)
{
    private static readonly InteractionContext Context = new("http://myeloma-fhir.org/fhir");

    /// <param name="files">The release, as its owner publishes it.</param>
    /// <param name="format">Name of its form; null for one that is recognized.</param>
    /// <returns>What is in the database now.</returns>
    /// <exception cref="FhirException">
    /// <c>structure</c>, <c>required</c>, <c>not-supported</c>: as <see cref="ReleaseFormat"/>; <c>value</c>: a text that can't be stored; <c>transient</c>: the database can't be reached; others as
    /// for the update of a CodeSystem. Nothing is changed then.
    /// </exception>
    public async Task<ImportedRelease> RunAsync(ReleaseFiles files, string? format, ReleaseOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        var source = ReleaseFormat.Get(format, files).Read(files, options, new Forwarded<ReleaseProgress>(progress, each => new ImportProgress($"Reading {each.File}", each.Concepts, null)), cancellationToken);
        var (hash, rules) = (ConceptContent.Hash(source.Concepts), ConceptForm.RulesOf(source));

        // Compiled while PostgreSQL takes the rows; whoever learns of the new concepts later finds the form.
        var compiling = await contents.HasFormAsync(hash, rules, cancellationToken) ? null : Task.Run(() => Compile(source), cancellationToken);
        var isNew = await contents.AddAsync(
            hash, source.Concepts, new Forwarded<int>(progress, done => new ImportProgress("Writing concepts", done, source.Concepts.Count)), cancellationToken);

        progress?.Report(new ImportProgress("Compiling", source.Concepts.Count, source.Concepts.Count));
        if (compiling is not null) await contents.KeepFormAsync(hash, rules, await compiling, cancellationToken);

        progress?.Report(new ImportProgress("Writing the CodeSystem", source.Concepts.Count, source.Concepts.Count));
        await transaction.HandleAsync(ResourceDocument.Parse(Update(source, hash)), Context, cancellationToken);
        await contents.RemoveUnnamedAsync(await definitions.FollowContentsAsync(cancellationToken), cancellationToken);
        return new ImportedRelease(source.Url, source.Version, source.Concepts.Count, isNew);
    }

    private static ConceptForm Compile(CodeSystemSource source)
    {
        var form = ConceptForm.Of(source);
        _ = form.Index;
        return form;
    }

    /// <summary>A transaction that updates the CodeSystem of that url and version, or creates it.</summary>
    private static byte[] Update(CodeSystemSource source, string hash)
    {
        var version = source.Version is { } known ? $"version={Uri.EscapeDataString(EscapedToken(known))}" : "version:missing=true";
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Bundle");
            writer.WriteString("type", "transaction");
            writer.WriteStartArray("entry");
            writer.WriteStartObject();
            writer.WritePropertyName("resource");
            writer.WriteRawValue(ReleaseResource.Write(source, hash), skipInputValidation: true);
            writer.WriteStartObject("request");
            writer.WriteString("method", "PUT");
            writer.WriteString("url", $"CodeSystem?url={Uri.EscapeDataString(EscapedToken(source.Url))}&{version}");
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>https://hl7.org/fhir/R4/search.html#escaping</summary>
    private static string EscapedToken(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal);

    /// <summary>Told in the thread that works, unlike <see cref="Progress{T}"/>: what is told stays in order.</summary>
    private sealed class Forwarded<T>(IProgress<ImportProgress>? progress, Func<T, ImportProgress> select) : IProgress<T>
    {
        public void Report(T value) => progress?.Report(select(value));
    }
}

/// <summary>How far an import is.</summary>
/// <param name="Step">What goes on, for people.</param>
/// <param name="Concepts">Concepts that are through this step.</param>
/// <param name="Total">Null where it is not known yet.</param>
public readonly record struct ImportProgress(string Step, int Concepts, int? Total);

/// <summary>What an import has left in the database.</summary>
/// <param name="Version">Null when the release tells none.</param>
/// <param name="IsNew">Whether its concepts were written; else the same were there.</param>
public sealed record ImportedRelease(string Url, string? Version, int Concepts, bool IsNew);
