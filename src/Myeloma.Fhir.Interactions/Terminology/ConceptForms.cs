using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Store.Concepts;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>The compiled forms of concepts that lie in tables: each is read when it is first asked for, or made when none is kept, and then stays in memory while a CodeSystem names it.</summary>
public sealed class ConceptForms(ConceptContents contents, TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Hash, string Rules), Lazy<Task<LoadedForm?>>> forms = [];

    /// <summary>The forms in memory.</summary>
    public IReadOnlyList<LoadedForm> Loaded => [.. forms.Values.Where(each => each is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }).Select(each => each.Value.Result).OfType<LoadedForm>()];

    /// <summary>The system of a resource that has its concepts elsewhere; who asks first waits for the form.</summary>
    /// <returns>Null for a resource that has its concepts in itself, and when they are not here.</returns>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public CompiledCodeSystem? Find(ResourceDocument document)
    {
        if (document.ResourceType != "CodeSystem" || ConceptContent.HashOf(document.Root) is not { } hash) return null;
        var header = CodeSystemSource.Of(document.Root);

        // The engine asks in the middle of set algebra, where nothing can wait otherwise; this happens once for each content.
        var form = FindAsync(hash, header, CancellationToken.None).GetAwaiter().GetResult();
        return form is null ? null : CompiledCodeSystem.Of(header, form);
    }

    /// <returns>The form of a content, compiled by what the header says; null when there is no such content.</returns>
    /// <inheritdoc cref="Find" path="/exception"/>
    public async Task<ConceptForm?> FindAsync(string hash, CodeSystemSource header, CancellationToken cancellationToken)
    {
        var key = (Hash: hash, Rules: ConceptForm.RulesOf(header));
        var lazy = forms.GetOrAdd(key, wanted => new Lazy<Task<LoadedForm?>>(() => Task.Run(() => LoadAsync(wanted.Hash, wanted.Rules, header))));
        try
        {
            if (await lazy.Value.WaitAsync(cancellationToken) is { } loaded) return loaded.Form;
            forms.TryRemove(KeyValuePair.Create(key, lazy));
            return null;
        }
        catch when (lazy.Value.IsFaulted)
        {
            forms.TryRemove(KeyValuePair.Create(key, lazy));
            throw;
        }
    }

    /// <summary>Whether there are concepts in tables at all.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public Task<bool> AnyAsync(CancellationToken cancellationToken) => contents.AnyAsync(cancellationToken);

    /// <summary>Lets go of the forms of all other contents.</summary>
    /// <param name="named">The hashes that CodeSystems name.</param>
    public void KeepOnly(IReadOnlySet<string> named)
    {
        foreach (var key in forms.Keys)
            if (!named.Contains(key.Hash)) forms.TryRemove(key, out _);
    }

    private async Task<LoadedForm?> LoadAsync(string hash, string rules, CodeSystemSource header)
    {
        var began = time.GetTimestamp();
        if (await contents.FindFormAsync(hash, rules, CancellationToken.None) is { } kept) return Loaded(kept, isCompiled: false);
        if (await contents.FindAsync(hash, CancellationToken.None) is not { } concepts) return null;
        var form = ConceptForm.Of(header with { Concepts = concepts });
        await contents.KeepFormAsync(hash, rules, form, CancellationToken.None);
        return Loaded(form, isCompiled: true);

        LoadedForm Loaded(ConceptForm form, bool isCompiled) => new(header.Version is null ? header.Url : $"{header.Url}|{header.Version}", form, isCompiled, time.GetElapsedTime(began));
    }
}

/// <summary>A form in memory.</summary>
/// <param name="Canonical">Of the code system for which it was first asked.</param>
/// <param name="IsCompiled">Whether it was compiled here; else it was kept, and read.</param>
/// <param name="Took">From the question to the form.</param>
public sealed record LoadedForm(string Canonical, ConceptForm Form, bool IsCompiled, TimeSpan Took);
