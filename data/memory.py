from data.source import Source
class _M(Source):
    def __init__(self, s):
        self.s=s; self.name="an array"; self.kind=s.kind; self.channels=s.samples.shape[-1]; self.count=len(s)
        self.sizes=((s.samples.shape[1:3]),)*2 if s.samples.ndim==4 else None
        self.input_channels = s.inputs.shape[-1] if s.inputs is not None else None
        self.factors={n:None for n in s.factors}
        self.std=float(s.samples.std()) if s.samples.ndim==2 else 1.0
    def load(self,split,size,count,seed): return self.s
def source_of(d):
    import numpy as np
    from data.domains import DomainsSource
    from data.samples import SampleSet, UnpairedSet
    if isinstance(d,np.ndarray): d=SampleSet(d)
    if isinstance(d,UnpairedSet):
        x=DomainsSource("two arrays",{"A":_M(d.a),"B":_M(d.b)}); x.load=lambda *_:d; return x
    return _M(d)
