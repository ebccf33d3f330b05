using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.Prepared;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>Questions of terminology that come again and again with other codes, each settled once but for the code. Shared by threads.</summary>
/// <remarks>
/// Known by the text of their URL, the codes left out. All are forgotten when a CodeSystem, ValueSet or ConceptMap changes, on whichever server; where no memory tells whether one has, none is
/// answered. src/decisions/prepared-questions.md
/// </remarks>
public sealed class PreparedAnswers(ResourceStore store, TerminologyLimits limits)
{
    /// <summary>Characters of URL and languages; what is longer is no question that comes often.</summary>
    private const int MaxLength = 1024;

    /// <summary>How many codes are tried before a question is left to the operation.</summary>
    private const int MaxAttempts = 4;

    private volatile Known known = new(-1);
    private long answered;

    /// <summary>Whether no question is settled at all, by a setting.</summary>
    public bool IsOff => limits.MaxPrepared == 0;

    /// <summary>Writes the answer to a GET, when its question is settled and there is nothing particular about the code.</summary>
    /// <param name="target">Path and query as they were sent, from the base path on.</param>
    /// <param name="languages">The header Accept-Language; null without one.</param>
    /// <param name="output">Empty; what stands in it counts for nothing when there is no answer.</param>
    /// <returns>False when the operation has to be asked.</returns>
    public bool TryAnswer(ReadOnlySpan<char> target, string? languages, JsonBuffer output)
    {
        var settled = known;
        if (settled.Count == 0 || store.KnownTerminologyGeneration != settled.Generation
            || !QuestionText.TryRead(target, languages, stackalloc char[MaxLength], limits.MaxCodeLength, out var text)
            || settled.Find(text.Key)?.Question is not { } question || !question.TryAnswer(text.Code, text.Other, output)) return false;
        Interlocked.Increment(ref answered);
        return true;
    }

    /// <param name="meter">Gets the numbers of settled questions and of answers.</param>
    public void Measure(Meter meter)
    {
        meter.CreateObservableUpDownCounter("myeloma.fhir.terminology.prepared", () => known.Count, "{question}", "Questions of terminology that are settled but for their codes, or have been tried.");
        meter.CreateObservableCounter("myeloma.fhir.terminology.prepared.answers", () => Interlocked.Read(ref answered), "{answer}", "Answers to questions that were settled but for their codes.");
    }

    /// <summary>Settles the question of a GET that the operation has answered.</summary>
    /// <inheritdoc cref="TryAnswer" path="/param"/>
    /// <param name="answer">What the operation said.</param>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached; others when what was answered a moment ago can't be answered any more.</exception>
    public async ValueTask KeepAsync(IOperation operation, OperationRequest request, string target, string? languages, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        if (operation is not TerminologyOperation { CanPrepare: true } asked || request.Id is not null || KeyOf(target, languages) is not { } key) return;
        if (store.KnownTerminologyGeneration is not { } generation) return;
        var settled = known;
        if (settled.Generation != generation || (settled.Count >= limits.MaxPrepared && settled.Find(key) is null)) known = settled = new Known(generation);
        var slot = settled.Add(key);
        if (slot.Question is not null || !slot.TryBegin(MaxAttempts)) return;
        slot.Question = await asked.PrepareAsync(request, answer, cancellationToken);
    }

    private string? KeyOf(string target, string? languages) =>
        QuestionText.TryRead(target, languages, stackalloc char[MaxLength], limits.MaxCodeLength, out var text) ? text.Key.ToString() : null;

    /// <summary>What is settled as of one count of changes.</summary>
    private sealed class Known(long generation)
    {
        private readonly ConcurrentDictionary<string, Slot> slots = new(StringComparer.Ordinal);
        private int count;

        public long Generation => generation;

        public int Count => count;

        public Slot? Find(ReadOnlySpan<char> key) => slots.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var slot) ? slot : null;

        public Slot Add(string key)
        {
            if (slots.TryGetValue(key, out var known)) return known;
            var added = new Slot();
            if (slots.TryAdd(key, added)) Interlocked.Increment(ref count);
            return slots.TryGetValue(key, out known) ? known : added;
        }
    }

    private sealed class Slot
    {
        private int attempts;

        public PreparedQuestion? Question { get; set; }

        public bool TryBegin(int most) => Interlocked.Increment(ref attempts) <= most;
    }
}
