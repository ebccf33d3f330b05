using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Loader.Report;
using Myeloma.Fhir.Loader.Review;
using Myeloma.Fhir.Loader.Rules;
using Myeloma.Fhir.Loader.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Loader;

/// <summary>Documents in, resources out. Pure: it reads no file and writes to no store.</summary>
/// <remarks>
/// Resources hold what all documents together state, so a load hands over every document that is known, those stored
/// before (<see cref="StoredDocument"/>) and the new ones; <see cref="LoadPlan"/> finds what changes.
/// </remarks>
public sealed class DocumentLoader(ReadingLexicon lexicon, CodeTables codes, TimeProvider time)
{
    /// <summary>Reads the documents and builds all resources of them.</summary>
    /// <param name="documents">In any order; of two with the same file name the last counts.</param>
    /// <returns>The same resources for the same documents, whatever their order, apart from <c>Provenance.recorded</c>, which is the time of the call.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: one issue a document that holds no text; nothing is built then.</exception>
    public LoadResult Build(IReadOnlyList<SourceDocument> documents) => Build(documents, []);

    /// <summary>Reads the documents, builds all resources of them, and lays over them what people decided.</summary>
    /// <param name="documents">In any order; of two with the same file name the last counts.</param>
    /// <param name="decisions">One a statement; those about statements that no document makes now count for nothing.</param>
    /// <inheritdoc cref="Build(IReadOnlyList{SourceDocument})"/>
    public LoadResult Build(IReadOnlyList<SourceDocument> documents, IReadOnlyList<ReviewDecision> decisions)
    {
        var byName = new SortedDictionary<string, SourceDocument>(StringComparer.Ordinal);
        foreach (var document in documents) byName[document.FileName] = document;

        var unreadable = byName.Values.Where(document => !HoldsText(document)).ToList();
        if (unreadable.Count > 0)
            throw new FhirException([.. unreadable.Select(document => Issue.Invalid(
                $"'{document.FileName}' holds no text that could be read; a document is plain text in UTF-8."))]);

        return Build(new FactSet([.. byName.Values.Select(document => FactReader.Read(document, lexicon))]), codes, time.GetUtcNow(), decisions);
    }

    /// <summary>The resources of facts that were read already.</summary>
    internal static LoadResult Build(FactSet facts, CodeTables codes, DateTimeOffset now, IReadOnlyList<ReviewDecision>? decisions = null)
    {
        var context = new MappingContext(facts, codes, (decisions ?? []).ToDictionary(decision => decision.Statement, StringComparer.Ordinal));
        ResourceMapping.MapAll(context, now);
        return new LoadResult(context.Build(), LoadReport.Of(context));
    }

    private static bool HoldsText(SourceDocument document) =>
        document.Text.Any(char.IsLetter) && !document.Text.Contains('\0');
}
