using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Bulk;

/// <summary>What becomes of imported references that lead nowhere.</summary>
public enum ImportReferences
{
    /// <summary>They are not looked at.</summary>
    Off,

    /// <summary>They are kept and looked at again when all is imported.</summary>
    End,

    /// <summary>A line with one is not stored, unless the same batch has the target.</summary>
    Each,
}

/// <summary>A line of an import as it will be stored, its index rows made already.</summary>
public sealed class ImportLine
{
    internal ImportLine(long number, PendingWrite write)
    {
        Number = number;
        Write = write;
    }

    /// <summary>One-based.</summary>
    public long Number { get; }

    public ResourceKey Key => Write.Key;

    internal PendingWrite Write { get; }
}

/// <summary>Lines of one input that are stored together, or not at all.</summary>
/// <param name="Owner">Of the input and its error file.</param>
/// <param name="Input">Name of the input.</param>
/// <param name="From">Lines of it that were done with before; the input's own count has to say the same, so that two runners never do a batch twice.</param>
/// <param name="To">Lines done with after it.</param>
/// <param name="Lines">Those to be stored, none with the key of another.</param>
/// <param name="Note">What the import remembers from then on.</param>
public sealed record ImportBatch(string Owner, string Input, long From, long To, IReadOnlyList<ImportLine> Lines, ReadOnlyMemory<byte> Note)
{
    /// <summary>The count of search parameter changes before the first index row was made: <see cref="ResourceStore.IndexGeneration"/>.</summary>
    public required long Generation { get; init; }

    /// <summary>Name of the error file.</summary>
    public required string ErrorFile { get; init; }

    /// <summary>What goes into it: whole lines.</summary>
    public ReadOnlyMemory<byte> Errors { get; init; }

    /// <summary>How many of them.</summary>
    public long ErrorLines { get; init; }
}

/// <summary>A reference of an import that leads nowhere.</summary>
/// <param name="Line">Of the input.</param>
/// <param name="Source">The resource that has it.</param>
/// <param name="Expression">Where: <c>Observation.subject.reference</c>.</param>
/// <param name="Version">The version it names; null when it names none.</param>
public sealed record MissingTarget(long Line, ResourceKey Source, string Expression, ResourceKey Target, int? Version);

/// <summary>What became of a batch.</summary>
/// <param name="Results">One a line, in their order; empty when <paramref name="Missing"/> is not.</param>
/// <param name="Missing">With <see cref="ImportReferences.Each"/>: why nothing was stored.</param>
public sealed record ImportOutcome(IReadOnlyList<WriteResult> Results, IReadOnlyList<MissingTarget> Missing);

/// <summary>Somebody else has gone on with the same import.</summary>
public sealed class ImportOvertakenException() : Exception("Another runner has gone on with this import.");
