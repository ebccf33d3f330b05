using System.Diagnostics;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.CodeSets;
using Myeloma.Fhir.Terminology.Members;

namespace Myeloma.Fhir.Store;

/// <summary>Sets of codes that searches name: each is made when it is first asked for and kept until what codes mean changes. src/decisions/code-sets.md has the reasons.</summary>
public sealed partial class ResourceStore
{
    /// <summary>Lists the codes of a set by everything committed when it is called; its faults are told to who searches. Null: no search may name a set.</summary>
    public Func<CodeSetName, CancellationToken, Task<CodeMembers>>? ListMembers { get; set; }

    /// <summary>Removes the sets that no search has used for <see cref="StoreOptions.CodeSetRetention"/>. Also done whenever a set is made.</summary>
    public async Task ForgetUnusedCodeSetsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await new CodeSetTable(dataSource, options).ForgetUnusedAsync(cancellationToken);
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>How often CodeSystems, ValueSets and ConceptMaps were changed, by what is committed now.</summary>
    /// <remarks>Answered from memory like a read of a resource: every change of it is a write that takes it out there.</remarks>
    public ValueTask<long> FindTerminologyGenerationAsync(CancellationToken cancellationToken) =>
        hot.Find(TerminologyGeneration.Key) is { } known ? new(known.VersionId) : new(ReadTerminologyGenerationAsync(cancellationToken));

    /// <summary>The same, when it is known without asking the database; else null.</summary>
    public long? KnownTerminologyGeneration => hot.Find(TerminologyGeneration.Key)?.VersionId;

    private async Task<long> ReadTerminologyGenerationAsync(CancellationToken cancellationToken)
    {
        try
        {
            var ticket = hot.Begin(TerminologyGeneration.Key);
            await using var command = dataSource.CreateCommand();
            var generation = await TerminologyGeneration.FindAsync(command, cancellationToken).ConfigureAwait(false);
            if (generation <= int.MaxValue) hot.Add(new ResourceVersion(TerminologyGeneration.Key, (int)generation, default, IsDeleted: false, "", default), ticket);
            return generation;
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>The same search, every criterion with the sets it names where they are kept.</summary>
    private async ValueTask<BoundSearch> WithCodeSetsAsync(BoundSearch search, CancellationToken cancellationToken)
    {
        // Nearly all searches name none.
        var named = search.Criteria.SelectMany(CriterionTree.Descendants).OfType<Criterion.TokenIn>().ToList();
        if (named.Count == 0) return search;

        var found = new Dictionary<CodeSetName, StoredCodeSet>();
        foreach (var criterion in named)
            foreach (var name in criterion.Sets)
                if (!found.ContainsKey(name)) found.Add(name, await StoredAsync(name, criterion.Name, cancellationToken).ConfigureAwait(false));
        return search with
        {
            Criteria = [.. search.Criteria.Select(criterion => CriterionTree.Replace(criterion, part => part is Criterion.TokenIn set
                ? set with { Stored = [.. set.Sets.Select(name => found[name]).Distinct()] }
                : part))],
        };
    }

    /// <summary>Done before the transaction begins: a set that is made there others could not see, and would wait for.</summary>
    private async Task<ConditionalWrite> WithCodeSetsAsync(ConditionalWrite write, CancellationToken cancellationToken)
    {
        try
        {
            var conditions = new List<WriteCondition>(write.Conditions.Count);
            foreach (var condition in write.Conditions)
                conditions.Add(condition with { Search = await WithCodeSetsAsync(condition.Search, cancellationToken).ConfigureAwait(false) });
            var closing = new List<BoundSearch>(write.ClosingSearches.Count);
            foreach (var search in write.ClosingSearches) closing.Add(await WithCodeSetsAsync(search, cancellationToken).ConfigureAwait(false));
            return write with { Conditions = conditions, ClosingSearches = closing };
        }
        catch (Exception exception) when (Faults.Translate(exception, cancellationToken) is { } fault)
        {
            throw fault;
        }
    }

    private async Task<StoredCodeSet> StoredAsync(CodeSetName name, string parameter, CancellationToken cancellationToken)
    {
        var table = new CodeSetTable(dataSource, options);
        var (found, generation) = await table.FindAsync(name, pinned, cancellationToken).ConfigureAwait(false);
        if (found is { } stored) return stored;

        var members = await MembersAsync(name, parameter, cancellationToken).ConfigureAwait(false);
        if (pinned is not null) return await CodeSetTable.LendAsync(pinned, members, cancellationToken).ConfigureAwait(false);
        var kept = await table.KeepAsync(name, members, generation, cancellationToken).ConfigureAwait(false);
        await table.ForgetUnusedAsync(cancellationToken).ConfigureAwait(false);
        return kept;
    }

    private async Task<MemberHashes> MembersAsync(CodeSetName name, string parameter, CancellationToken cancellationToken)
    {
        try
        {
            var list = ListMembers ?? throw new UnreachableException("A search names a set of codes, and nobody can list its members.");
            return MemberHashes.Of(await list(name, cancellationToken).ConfigureAwait(false), options.MaxCodeSetSize);
        }
        catch (FhirException fault)
        {
            throw new FhirException([.. fault.Issues.Select(issue => issue with { Expression = $"http.{parameter}" })]);
        }
    }
}
